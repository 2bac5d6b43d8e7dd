import { toPage, type Page, type PageOf, type Position } from "../../core/page.js";
import { type StoreRequest } from "../../core/store-request.js";
import { empty, sql, type PostgresStore, type Sql } from "./store.postgres.js";

export type Direction = "ASC" | "DESC";

/** The part of a list ordered by (column, id) that a page may come from, as conditions that start with `and`. */
export function keysetWithin(page: Page, column: Sql, cast: Sql, direction: Direction): Sql {
  const behind = direction === "ASC" ? sql`>` : sql`<`;
  const ahead = direction === "ASC" ? sql`<` : sql`>`;
  const bound = (position: Position, side: Sql) =>
    sql`and (${column}, id) ${side} (${position.value}${cast}, ${position.id})`;
  return sql`${page.after ? bound(page.after, behind) : empty} ${page.before ? bound(page.before, ahead) : empty}`;
}

/** Order and size of a page, one row more than wanted so that it is known whether the list goes on. */
export function keysetOrder(page: Page, column: Sql, direction: Direction): Sql {
  const ascending = (direction === "ASC") !== page.fromEnd;
  return ascending
    ? sql`order by ${column} asc, id asc limit ${page.limit + 1}`
    : sql`order by ${column} desc, id desc limit ${page.limit + 1}`;
}

/** One page wanted of the list of one owner (a profile, a person). */
export interface OwnedPage {
  owner: string;
  page: Page;
}

/** The reading directions (`fromEnd`) that a batch of pages asks for: one statement each. */
export function directionsOf(keys: readonly OwnedPage[]): boolean[] {
  return [...new Set(keys.map(({ page }) => page.fromEnd))];
}

/** How many of the pages are read in a direction. */
export function countInDirection(keys: readonly OwnedPage[], fromEnd: boolean): number {
  return keys.filter(({ page }) => page.fromEnd === fromEnd).length;
}

/**
 * Pages of many owners' lists in one statement, most recent or highest first.
 *
 * @param list a select of one owner's list: it names the owner `k.owner` and answers columns `value` and `id` to order by.
 * @param type the PostgreSQL type of `value`; `lowest` and `highest` bound it.
 * @returns the statement for the keys that read in one direction; rows carry `n`, the key's place in `keys` from 0.
 */
export function ownedPages(
  keys: readonly OwnedPage[],
  fromEnd: boolean,
  list: Sql,
  bounds: { type: Sql; lowest: string | number; highest: string | number },
): Sql {
  const { type, lowest, highest } = bounds;
  const asked = keys.map((key, n) => ({ ...key, n })).filter(({ page }) => page.fromEnd === fromEnd);
  const column = (pick: (key: (typeof asked)[number]) => string | number) => asked.map(pick);
  const order = fromEnd ? sql`asc` : sql`desc`;
  return sql`
    select k.n, r.*
    from unnest(
      ${column((key) => key.n)}::int[], ${column((key) => key.owner)}::text[], ${column((key) => key.page.limit + 1)}::int[],
      ${column((key) => key.page.after?.value ?? highest)}::${type}[], ${column((key) => key.page.after?.id ?? "")}::text[],
      ${column((key) => key.page.before?.value ?? lowest)}::${type}[], ${column((key) => key.page.before?.id ?? "")}::text[]
    ) as k (n, owner, size, after_value, after_id, before_value, before_id)
    cross join lateral (
      select * from (${list}) l
      where (l.value, l.id) < (k.after_value, k.after_id) and (l.value, l.id) > (k.before_value, k.before_id)
      order by l.value ${order}, l.id ${order}
      limit k.size
    ) r
    order by k.n, r.value ${order}, r.id ${order}`;
}

/** Rows of `ownedPages` statements, put together per key in the order of the keys. */
export function toOwnedPages<R extends { n: number }, T>(
  keys: readonly OwnedPage[],
  rows: readonly R[],
  map: (row: R) => T,
): PageOf<T>[] {
  const byKey = keys.map((): R[] => []);
  for (const row of rows) byKey[row.n]?.push(row);
  return keys.map(({ page }, n) => toPage(byKey[n] ?? [], page, map));
}

/**
 * A page of a list of its own, the latest first; one store call.
 *
 * @param list rows with the instant `value` and the text `id`, by which they are ordered downwards.
 */
export async function readLatest<T extends object>(
  postgres: PostgresStore,
  request: StoreRequest,
  operation: string,
  list: Sql,
  page: Page,
): Promise<PageOf<{ position: Position; entry: T }>> {
  const rows = await postgres.read<T & { value: string; id: string }>(
    request,
    operation,
    sql`select * from (${list}) l
        where true ${keysetWithin(page, sql`value`, sql`::timestamptz`, "DESC")}
        ${keysetOrder(page, sql`value`, "DESC")}`,
  );
  return toPage(rows, page, (row) => ({ position: { value: row.value, id: row.id }, entry: row }));
}
