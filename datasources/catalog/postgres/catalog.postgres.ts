import { toPage, type Page, type PageOf } from "../../core/page.js";
import {
  countInDirection,
  directionsOf,
  keysetOrder,
  keysetWithin,
  ownedPages,
  toOwnedPages,
} from "../../engines/postgres/keyset.postgres.js";
import { join, sql, type PostgresStore, type Sql } from "../../engines/postgres/store.postgres.js";
import { type StoreRequest } from "../../core/store-request.js";
import { visibleTo, type Audience } from "../audience.js";
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
import { toSql } from "../../engines/postgres/predicate.postgres.js";
import { type CreditRole, type NamedRef, type TitleDocument } from "../../core/title.document.js";
import { CATALOG_PLACES } from "./catalog-places.postgres.js";

interface DocumentRow {
  id: string;
  document: TitleDocument;
  popularity: number;
}

type ListedRow = DocumentRow & { value: string | number };
type RefRow = TitleRef & { value: string | number };

/** The catalog in PostgreSQL: what the embedded default answers from. */
export class PostgresCatalog implements Catalog {
  constructor(private readonly postgres: PostgresStore) {}

  async titlesByIds(request: StoreRequest, ids: readonly string[]): Promise<Map<string, TitleDocument>> {
    const rows = await this.postgres.read<DocumentRow>(
      request,
      "catalog.titlesByIds",
      sql`select t.id, t.document, t.popularity from catalog_titles t where t.id = any(${ids}::text[])`,
      ids.length,
    );
    return new Map(rows.map((row) => [row.id, toTitle(row)]));
  }

  async visibleTitles(
    request: StoreRequest,
    audience: Audience,
    ids: readonly string[],
  ): Promise<Map<string, TitleRef>> {
    const rows = await this.postgres.read<TitleRef>(
      request,
      "catalog.visibleTitles",
      sql`select t.id, t.document -> 'genres' as genres from catalog_titles t
          where t.id = any(${ids}::text[]) and ${toSql(visibleTo(audience), CATALOG_PLACES)}`,
      ids.length,
    );
    return new Map(rows.map((row) => [row.id, row]));
  }

  async titles(
    request: StoreRequest,
    audience: Audience,
    queries: readonly TitleQuery[],
  ): Promise<PageOf<PlacedTitle>[]> {
    const columns = sql`t.id, t.document, t.popularity`;
    const pages = await this.#lists<ListedRow>(request, "catalog.titles", audience, queries, columns);
    return pages.map(({ rows, hasMore }) => ({
      rows: rows.map((row) => ({ position: { value: row.value, id: row.id }, title: toTitle(row) })),
      hasMore,
    }));
  }

  async titleRefs(
    request: StoreRequest,
    audience: Audience,
    queries: readonly TitleQuery[],
  ): Promise<PageOf<PlacedTitleRef>[]> {
    const columns = sql`t.id, t.document -> 'genres' as genres`;
    const pages = await this.#lists<RefRow>(request, "catalog.titleRefs", audience, queries, columns);
    return pages.map(({ rows, hasMore }) => ({
      rows: rows.map(({ id, genres, value }) => ({ id, genres, position: { value, id } })),
      hasMore,
    }));
  }

  countTitles(request: StoreRequest, audience: Audience, filters: readonly TitleFilter[]): Promise<number[]> {
    return Promise.all(
      filters.map(async (filter) => {
        const [row] = await this.postgres.read<{ count: number }>(
          request,
          "catalog.countTitles",
          sql`select count(*) as count from catalog_titles t where ${which(audience, filter)}`,
        );
        return row?.count ?? 0;
      }),
    );
  }

  genres(request: StoreRequest, audience: Audience): Promise<NamedRef[]> {
    return this.postgres.read<NamedRef>(
      request,
      "catalog.genres",
      sql`select n.id, n.name from catalog_names n
          where n.type = 'Genre' and ${usedByVisible("Genre", sql`n.id`, audience)}
          order by n.name, n.id`,
    );
  }

  async namesByIds(
    request: StoreRequest,
    audience: Audience,
    keys: readonly { type: NamedType; id: string }[],
  ): Promise<Map<string, NamedRef>> {
    const used = NAMED_TYPES.map(
      (type) => sql`when ${type} then ${usedByVisible(type, sql`n.id`, audience)}`,
    );
    const rows = await this.postgres.read<NamedRef & { type: NamedType }>(
      request,
      "catalog.namesByIds",
      sql`select n.type, n.id, n.name
          from unnest(${keys.map((key) => key.type)}::text[], ${keys.map((key) => key.id)}::text[]) as k (type, id)
          join catalog_names n on n.type = k.type and n.id = k.id
          where case n.type ${join(used, " ")} end`,
      keys.length,
    );
    return new Map(rows.map(({ type, id, name }) => [`${type} ${id}`, { id, name }]));
  }

  async creditsOfPeople(
    request: StoreRequest,
    audience: Audience,
    keys: readonly { person: string; page: Page }[],
  ): Promise<PageOf<PersonCredit>[]> {
    const credits = sql`
      select c.title_id, c.role, c.release_year as value, c.title_id || ' ' || c.role as id
      from catalog_credits c
      join catalog_titles t on t.id = c.title_id
      where c.person_id = k.owner and ${toSql(visibleTo(audience), CATALOG_PLACES)}`;
    const owned = keys.map(({ person, page }) => ({ owner: person, page }));
    const rows = await Promise.all(
      directionsOf(owned).map((fromEnd) =>
        this.postgres.read<{ n: number; title_id: string; role: CreditRole; value: number; id: string }>(
          request,
          "catalog.creditsOfPeople",
          ownedPages(owned, fromEnd, credits, { type: sql`smallint`, lowest: -1, highest: 32_767 }),
          countInDirection(owned, fromEnd),
        ),
      ),
    );
    return toOwnedPages(owned, rows.flat(), (row) => ({
      position: { value: row.value, id: row.id },
      titleId: row.title_id,
      role: row.role,
    }));
  }

  #lists<R extends { id: string }>(
    request: StoreRequest,
    operation: string,
    audience: Audience,
    queries: readonly TitleQuery[],
    columns: Sql,
  ): Promise<PageOf<R>[]> {
    return Promise.all(
      queries.map(async ({ filter, order, page }) => {
        const { column, cast } = ORDER_COLUMNS[order.field];
        const rows = await this.postgres.read<R>(
          request,
          operation,
          sql`select ${columns}, ${column} as value from catalog_titles t
              where ${which(audience, filter)}
              ${keysetWithin(page, column, cast, order.direction)} ${keysetOrder(page, column, order.direction)}`,
        );
        return toPage(rows, page, (row) => row);
      }),
    );
  }
}

const ORDER_COLUMNS: Record<TitleOrder["field"], { column: Sql; cast: Sql }> = {
  NAME: { column: sql`t.sort_name`, cast: sql`::text` },
  RELEASE_YEAR: { column: sql`t.release_year`, cast: sql`::smallint` },
  POPULARITY: { column: sql`t.popularity`, cast: sql`::real` },
  ADDED_AT: { column: sql`t.added_at`, cast: sql`::timestamptz` },
};

/** The titles `t` of a name, found by an index. */
const TITLES_OF: Record<NamedType, (id: Sql) => Sql> = {
  Person: (id) => sql`catalog_credits u join catalog_titles t on t.id = u.title_id where u.person_id = ${id}`,
  Genre: (id) => sql`catalog_genres u join catalog_titles t on t.id = u.title_id where u.genre_id = ${id}`,
  Studio: (id) => sql`catalog_titles t where t.studio_id = ${id}`,
};
const NAMED_TYPES = Object.keys(TITLES_OF) as NamedType[];

/** Whether a title that the audience may meet has the name: the first one that is found says so. */
function usedByVisible(type: NamedType, id: Sql, audience: Audience): Sql {
  return sql`(select true from ${TITLES_OF[type](id)} and ${toSql(visibleTo(audience), CATALOG_PLACES)} limit 1)`;
}

function which(audience: Audience, filter: TitleFilter): Sql {
  return toSql(titlesFor(audience, filter), CATALOG_PLACES);
}

function toTitle(row: DocumentRow): TitleDocument {
  row.document.popularity = row.popularity;
  return row.document;
}
