import DataLoader from "dataloader";

import {
  type CreditRole,
  type MaturityRating,
  type TitleDocument,
  type TitleKind,
} from "../../datasources/core/title.document.js";
import { toGlobalId, type NodeType } from "../../resolvers/request/global-id.js";
import { TENANT, titleDocuments } from "./titles.js";

/** A person or a studio. */
export interface NamedRow {
  id: string;
  name: string;
}

/** A credit: the person by key, and as stored beside it in a document. */
export interface CreditRow {
  role: CreditRole;
  character: string | null;
  personId: string;
  person: NamedRow;
}

/** A title: what belongs to it by key, and as stored in its document. Ids are what clients see. */
export interface TitleRow {
  id: string;
  name: string;
  kind: TitleKind;
  releaseYear: number | null;
  maturityRating: MaturityRating;
  studioId: string | null;
  studio: NamedRow | null;
  credits: CreditRow[];
}

/** Where a peer's resolvers read, for one request. */
export interface Rows {
  /** The most popular titles. */
  titles(first: number): Promise<TitleRow[]>;
  studioOf(title: TitleRow): NamedRow | null | Promise<NamedRow | null>;
  creditsOf(title: TitleRow): CreditRow[] | Promise<CreditRow[]>;
  personOf(credit: CreditRow): NamedRow | Promise<NamedRow>;
}

/** Rows that have everything of a title in hand, as a document store answers them. */
export function documentRows(read: (first: number) => Promise<TitleRow[]>): Rows {
  return {
    titles: read,
    studioOf: (title) => title.studio,
    creditsOf: (title) => title.credits,
    personOf: (credit) => credit.person,
  };
}

/** The catalogue in memory, read through DataLoader one level at a time (`loaders`) or as documents (`documents`). */
export function memoryRows(shape: string): () => Rows {
  const titles = titleDocuments().map(toRow);
  const read = async (first: number) => titles.slice(0, first);
  if (shape === "documents") return () => documentRows(read);
  const studios = new Map(titles.map(({ studio }) => [studio!.id, studio!]));
  const credits = new Map(titles.map((title) => [title.id, title.credits]));
  const people = new Map(titles.flatMap((title) => title.credits.map(({ person }) => [person.id, person])));
  return () => {
    const studioById = loaderOf(studios);
    const creditsByTitle = loaderOf(credits);
    const personById = loaderOf(people);
    return {
      titles: read,
      studioOf: ({ studioId }) => (studioId === null ? null : studioById.load(studioId)),
      creditsOf: ({ id }) => creditsByTitle.load(id),
      personOf: ({ personId }) => personById.load(personId),
    };
  };
}

function loaderOf<V>(values: ReadonlyMap<string, V>): DataLoader<string, V> {
  return new DataLoader<string, V>(async (keys) => keys.map((key) => values.get(key)!));
}

/** A document as a row. */
export function toRow({
  id,
  name,
  kind,
  releaseYear,
  maturityRating,
  studio,
  credits,
}: TitleDocument): TitleRow {
  const own = studio && { id: opaque("Studio", studio.id), name: studio.name };
  return {
    id: opaque("Title", id),
    name,
    kind,
    releaseYear,
    maturityRating,
    studioId: own && own.id,
    studio: own,
    credits: credits.map(({ role, character, person }) => {
      const personId = opaque("Person", person.id);
      return { role, character, personId, person: { id: personId, name: person.name } };
    }),
  };
}

function opaque(type: NodeType, id: string): string {
  return toGlobalId(TENANT, type, id);
}
