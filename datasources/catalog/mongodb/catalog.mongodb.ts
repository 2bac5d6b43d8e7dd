import { type Db, type Document } from "mongodb";

import { type MongoStore, type ReadBounds } from "../../engines/mongodb/store.mongodb.js";
import { toPage, type Page, type PageOf } from "../../core/page.js";
import { isStorable } from "../../core/field-rules.js";
import { type StoreRequest } from "../../core/store-request.js";
import { visibleTo, type Audience } from "../audience.js";
import { countParts, PLACES, which } from "./catalog-filter.mongodb.js";
import { type LiveGeneration } from "../title-generations.js";
import {
  keysetSort,
  keysetWithin,
  ORDER_FIELDS,
  readAll,
  readBranches,
  readPages,
  type Keyset,
} from "./catalog-lists.mongodb.js";
import { genresOf, namesOf, usesOf, type NameRow } from "./catalog-visible-names.mongodb.js";
import {
  NAMES,
  titleKey,
  TITLES,
  type NameRecord,
  type Scope,
  type TitleRecord,
} from "./catalog-record.mongodb.js";
import {
  type Catalog,
  type NamedType,
  type PersonCredit,
  type PlacedTitle,
  type PlacedTitleRef,
  type TitleOrder,
  type TitleQuery,
  type TitleRef,
} from "../catalog.js";
import { titlesFor, type TitleFilter } from "../title-filter.js";
import { allOf, toConditions } from "../../engines/mongodb/predicate.mongodb.js";
import { type CreditRole, type NamedRef, type TitleDocument } from "../../core/title.document.js";

type DocumentRow = Pick<TitleRecord, "id" | "popularity" | "title">;
type OrderRow = Pick<TitleRecord, "sortName" | "releaseYear" | "popularity" | "addedAt">;
type ListedRow = DocumentRow & OrderRow;
type RefRow = { id: string; title: Pick<TitleDocument, "genres"> } & OrderRow;
interface CreditRow {
  id: string;
  releaseYear: number;
  roles: { role: CreditRole; key: string };
}

/** What a method asks of the collections of one filling of a tenant's catalog. */
type Work<T> = (db: Db, scope: Scope, bounds: ReadBounds) => Promise<T>;

const DOCUMENT = { _id: 0, id: 1, popularity: 1, title: 1 };
const REFERENCE = { _id: 0, id: 1, "title.genres": 1 };
/** More genres than anybody has, so that the reply holds them all. */
const GENRES_AT_MOST = 10_000;

const CREDITS: Keyset = { value: "releaseYear", id: "roles.key", direction: "DESC", toValue: Number };

/** The catalog in MongoDB: a document a title, each method one command. */
export class MongoCatalog implements Catalog {
  constructor(
    private readonly mongo: MongoStore,
    private readonly generations: LiveGeneration,
  ) {}

  async titlesByIds(request: StoreRequest, ids: readonly string[]): Promise<Map<string, TitleDocument>> {
    const rows = await this.#rows(request, "catalog.titlesByIds", ids.length, (db, scope, bounds) =>
      db
        .collection<TitleRecord>(TITLES)
        .find<DocumentRow>(byIds(scope, ids), { ...bounds, projection: DOCUMENT, batchSize: ids.length + 1 })
        .toArray(),
    );
    return new Map(rows.map((row) => [row.id, toTitle(row)]));
  }

  async visibleTitles(
    request: StoreRequest,
    audience: Audience,
    ids: readonly string[],
  ): Promise<Map<string, TitleRef>> {
    const rows = await this.#rows(request, "catalog.visibleTitles", ids.length, (db, scope, bounds) =>
      db
        .collection<TitleRecord>(TITLES)
        .find<RefRow>(allOf([byIds(scope, ids), ...toConditions(visibleTo(audience), PLACES)]), {
          ...bounds,
          projection: REFERENCE,
          batchSize: ids.length + 1,
        })
        .toArray(),
    );
    return new Map(rows.map(({ id, title: { genres } }) => [id, { id, genres }]));
  }

  async titles(
    request: StoreRequest,
    audience: Audience,
    queries: readonly TitleQuery[],
  ): Promise<PageOf<PlacedTitle>[]> {
    const pages = await this.#lists<ListedRow>(request, "catalog.titles", audience, queries, DOCUMENT);
    return pages.map((rows, n) => {
      const { order, page } = queryAt(queries, n);
      return toPage(rows, page, (row) => ({ position: positionOf(row, order), title: toTitle(row) }));
    });
  }

  async titleRefs(
    request: StoreRequest,
    audience: Audience,
    queries: readonly TitleQuery[],
  ): Promise<PageOf<PlacedTitleRef>[]> {
    const pages = await this.#lists<RefRow>(request, "catalog.titleRefs", audience, queries, REFERENCE);
    return pages.map((rows, n) => {
      const { order, page } = queryAt(queries, n);
      return toPage(rows, page, (row) => ({
        id: row.id,
        genres: row.title.genres,
        position: positionOf(row, order),
      }));
    });
  }

  async countTitles(
    request: StoreRequest,
    audience: Audience,
    filters: readonly TitleFilter[],
  ): Promise<number[]> {
    const counts = await this.#batches<{ count: number }>(
      request,
      "catalog.countTitles",
      filters.length,
      async (db, scope, bounds) => {
        const parts = filters.map((filter) => countParts(scope, titlesFor(audience, filter)));
        const pipelines = parts.flat().map((titles) => [{ $match: titles }, { $count: "count" }]);
        const counts = await readAll<{ count: number }>(
          db.collection<TitleRecord>(TITLES),
          pipelines,
          pipelines.length,
          bounds,
        );
        return parts.map(({ length }) => counts.splice(0, length).flat());
      },
    );
    return counts.map((parts) => parts.reduce((sum, { count }) => sum + count, 0));
  }

  async genres(request: StoreRequest, audience: Audience): Promise<NamedRef[]> {
    const genres = await this.#rows(request, "catalog.genres", 1, (db, scope, bounds) =>
      db
        .collection<NameRecord>(NAMES)
        .aggregate<NameRow>(genresOf(scope), { ...bounds, batchSize: GENRES_AT_MOST })
        .toArray(),
    );
    const keys = genres.map(({ id }) => ({ type: "Genre" as const, id }));
    const used = await this.#rows(request, "catalog.genres", keys.length, async (db, scope, bounds) =>
      (await readBranches<NameRow>(db, usesOf(scope, audience, keys), keys.length, bounds)).flat(),
    );
    const met = new Set(used.map(({ id }) => id));
    return genres.filter(({ id }) => met.has(id)).map(({ id, name }) => ({ id, name }));
  }

  async namesByIds(
    request: StoreRequest,
    audience: Audience,
    keys: readonly { type: NamedType; id: string }[],
  ): Promise<Map<string, NamedRef>> {
    const rows = await this.#rows(request, "catalog.namesByIds", keys.length, async (db, scope, bounds) => {
      const branches = [namesOf(scope, keys), ...usesOf(scope, audience, keys)];
      const [names = [], ...uses] = await readBranches<NameRow>(db, branches, 2 * keys.length, bounds);
      const met = new Set(uses.flat().map(textOf));
      return names.filter((name) => met.has(textOf(name)));
    });
    return new Map(rows.map((row) => [textOf(row), { id: row.id, name: row.name }]));
  }

  async creditsOfPeople(
    request: StoreRequest,
    audience: Audience,
    keys: readonly { person: string; page: Page }[],
  ): Promise<PageOf<PersonCredit>[]> {
    const pages = await this.#batches<CreditRow>(
      request,
      "catalog.creditsOfPeople",
      keys.length,
      (db, scope, bounds) => {
        const pipelines = keys.map(({ person, page }) => creditsOf(scope, audience, person, page));
        const most = keys.reduce((sum, { page }) => sum + page.limit + 1, 0);
        return readAll(db.collection<TitleRecord>(TITLES), pipelines, most, bounds);
      },
    );
    return keys.map(({ page }, n) =>
      toPage(pages[n] ?? [], page, ({ id, releaseYear, roles }) => ({
        position: { value: releaseYear, id: roles.key },
        titleId: id,
        role: roles.role,
      })),
    );
  }

  #lists<R extends Document>(
    request: StoreRequest,
    operation: string,
    audience: Audience,
    queries: readonly TitleQuery[],
    columns: Document,
  ): Promise<R[][]> {
    return this.#batches(request, operation, queries.length, (db, scope, bounds) => {
      const reads = queries.map(({ filter, order, page }) => {
        const { field, toValue } = ORDER_FIELDS[order.field];
        const keyset: Keyset = { value: field, id: "id", direction: order.direction, toValue };
        return {
          filter: which(scope, titlesFor(audience, filter), keysetWithin(page, keyset)),
          sort: keysetSort(page, keyset),
          limit: page.limit + 1,
          projection: { ...columns, [field]: 1 },
          narrow: isNarrow(filter, order),
        };
      });
      return readPages<R>(db.collection<TitleRecord>(TITLES), reads, bounds);
    });
  }

  /** Rows of one command; none where the tenant has no catalog yet. */
  async #rows<R>(request: StoreRequest, operation: string, keys: number, work: Work<R[]>): Promise<R[]> {
    if (keys === 0) return [];
    const scope = await this.#scope(request);
    return this.mongo.read(request, {
      operation,
      uniqueKeys: keys,
      rowsOf: (rows) => rows.length,
      run: (db, bounds) => (scope ? work(db, scope, bounds) : Promise.resolve([])),
    });
  }

  /** Rows per key of one command, as many lists as there are keys. */
  async #batches<R>(
    request: StoreRequest,
    operation: string,
    keys: number,
    work: Work<R[][]>,
  ): Promise<R[][]> {
    if (keys === 0) return [];
    const scope = await this.#scope(request);
    const nothing = () => Array.from({ length: keys }, (): R[] => []);
    return this.mongo.read(request, {
      operation,
      uniqueKeys: keys,
      rowsOf: (lists) => lists.reduce((sum, rows) => sum + rows.length, 0),
      run: (db, bounds) => (scope ? work(db, scope, bounds) : Promise.resolve(nothing())),
    });
  }

  async #scope({ tenant }: StoreRequest): Promise<Scope | null> {
    const generation = await this.generations.live(tenant);
    return generation === null ? null : { tenant: tenant.id, generation };
  }
}

function textOf({ type, id }: NameRow): string {
  return `${type} ${id}`;
}

/** Whether a filter leaves few titles and no index has them in the order of the list. */
function isNarrow({ person, studio }: TitleFilter, { field }: TitleOrder): boolean {
  return person !== undefined || (studio !== undefined && field !== "POPULARITY");
}

function byIds(scope: Scope, ids: readonly string[]): Document {
  return { _id: { $in: ids.filter(isStorable).map((id) => titleKey(scope, id)) } };
}

/** A page of a person's credits, one row more than wanted, on titles that the audience may meet. */
function creditsOf(scope: Scope, audience: Audience, person: string, page: Page): Document[] {
  return [
    { $match: which(scope, titlesFor(audience, { person })) },
    { $project: { _id: 0, id: 1, releaseYear: 1, roles: 1 } },
    { $unwind: "$roles" },
    { $match: allOf([{ "roles.person": { $eq: person } }, ...keysetWithin(page, CREDITS)]) },
    { $sort: keysetSort(page, CREDITS) },
    { $limit: page.limit + 1 },
  ];
}

function queryAt(queries: readonly TitleQuery[], n: number): TitleQuery {
  const query = queries[n];
  if (!query) throw new RangeError(`There is no query ${n}`);
  return query;
}

function positionOf(row: { id: string } & OrderRow, { field }: TitleOrder) {
  return { value: row[ORDER_FIELDS[field].field], id: row.id };
}

function toTitle({ title, popularity }: DocumentRow): TitleDocument {
  return { ...title, popularity };
}
