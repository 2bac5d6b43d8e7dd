import {
  type CreditRole,
  MATURITY_AGES,
  storedState,
  type StoredState,
  type TitleDocument,
  type TitleKind,
} from "../../core/title.document.js";
import { instantText } from "../../projection/check/canonical.js";
import { formHash } from "../../projection/check/form.js";
import { keysBehind } from "../../projection/check/section.js";
import { sortName } from "../../../packages/names/index.js";
import { EXAMPLE_TITLE } from "../title-example.js";

/** What a licence for all countries has for one. */
export const EVERYWHERE = "*";

/** Collections of a database. */
export const TITLES = "titles";
export const NAMES = "names";

/** One filling of a tenant's catalog: what every document belongs to, and the start of every index. */
export interface Scope {
  tenant: number;
  generation: number;
}

/** A title in MongoDB: the document as it is served, and beside it what filters and orders look at. */
export interface TitleRecord extends Scope {
  _id: string;
  id: string;
  revision: number;
  kind: TitleKind;
  state: StoredState;
  sortName: string;
  /** 0 when unknown. */
  releaseYear: number;
  maturityAge: number;
  /** ISO 8601 in UTC with six decimals, so that the order of texts is the order of instants. */
  addedAt: string;
  popularity: number;
  studioId: string | null;
  genreIds: string[];
  tags: string[];
  personIds: string[];
  /** One a country; a licence without an end runs to `FOREVER`. */
  licences: { country: string; from: Date; until: Date }[];
  counted: CountedFields;
  /** The countries, or all of them (`*`), that have other licences as well. */
  regions: string[];
  /** Each role of each person once; `key` is `<title id> <role>`, by which credits of a year are ordered. */
  roles: { person: string; role: CreditRole; key: string }[];
  title: Omit<TitleDocument, "popularity">;
}

/**
 * What counts look at, once more and apart: DocumentDB takes the index that knows the most conditions of a query, and
 * one that knew those of every list would be taken for all of them, to read a whole catalog for the films of a person.
 */
export interface CountedFields extends Pick<TitleRecord, "state" | "kind" | "releaseYear" | "maturityAge"> {
  /** When it is licensed everywhere, where that is one span of time; else none. Two plain fields, which an index can answer from. */
  worldFrom: Date;
  worldUntil: Date;
}

/** The name of a person, genre or studio in MongoDB. */
export interface NameRecord extends Scope {
  _id: string;
  type: string;
  id: string;
  name: string;
}

const NEVER = new Date(0);
const FOREVER = new Date("9999-12-31T23:59:59.999Z");

/** `_id` of a title. */
export function titleKey({ tenant, generation }: Scope, id: string): string {
  return `${tenant}:${generation}:${id}`;
}

/** `_id` of a name. */
export function nameKey({ tenant, generation }: Scope, type: string, id: string): string {
  return `${tenant}:${generation}:${type}:${id}`;
}

/** The keys of a scope's documents. */
export function keysOf(scope: Scope) {
  return keysBehind(titleKey(scope, ""));
}

/** The record of a title in a scope. */
export function toRecord(scope: Scope, document: TitleDocument): TitleRecord {
  const { popularity, ...title } = document;
  const { licences, worldFrom, worldUntil, regions } = rightsOf(title);
  const state = storedState(title);
  const releaseYear = title.releaseYear ?? 0;
  const maturityAge = MATURITY_AGES[title.maturityRating];
  return {
    _id: titleKey(scope, title.id),
    tenant: scope.tenant,
    generation: scope.generation,
    id: title.id,
    revision: title.revision,
    kind: title.kind,
    state,
    sortName: sortName(title.name),
    releaseYear,
    maturityAge,
    addedAt: instantText(title.addedAt),
    popularity: real(popularity),
    studioId: title.studio?.id ?? null,
    genreIds: title.genres.map(({ id }) => id),
    tags: title.tags,
    personIds: [...new Set(title.credits.map(({ person }) => person.id))],
    licences,
    counted: { state, kind: title.kind, releaseYear, maturityAge, worldFrom, worldUntil },
    regions,
    roles: rolesOf(title),
    title,
  };
}

/** Another where what is stored of a title is: a catalog of another form is to be rebuilt. */
export const RECORD_FORM = formHash(toRecord({ tenant: 0, generation: 0 }, EXAMPLE_TITLE));

function rightsOf({
  licences: spans,
}: Pick<TitleDocument, "licences">): Pick<TitleRecord, "licences" | "regions"> &
  Pick<CountedFields, "worldFrom" | "worldUntil"> {
  const licences = spans.flatMap(({ countries, from, until }) =>
    countries.map((country) => ({
      country,
      from: new Date(from),
      until: until === null ? FOREVER : new Date(until),
    })),
  );
  const everywhere = licences.filter(({ country }) => country === EVERYWHERE);
  const world = everywhere.length === 1 ? everywhere[0] : undefined;
  return {
    licences,
    worldFrom: world?.from ?? FOREVER,
    worldUntil: world?.until ?? NEVER,
    regions: [...new Set(licences.filter((licence) => licence !== world).map(({ country }) => country))],
  };
}

function rolesOf({ id, credits }: Pick<TitleDocument, "id" | "credits">): TitleRecord["roles"] {
  // One person may have two characters in one title: one entry, because the role is what lists show.
  const roles = new Map(
    credits.map(({ person, role }) => [
      `${role} ${person.id}`,
      { person: person.id, role, key: `${id} ${role}` },
    ]),
  );
  return [...roles.values()];
}

/** A number as PostgreSQL answers a `real`: the shortest decimal of single precision, so that positions in lists are the same. */
export function real(value: number): number {
  const single = Math.fround(value);
  for (let digits = 6; digits < 9; digits += 1) {
    const short = Number(single.toPrecision(digits));
    if (Math.fround(short) === single) return short;
  }
  return Number(single.toPrecision(9));
}
