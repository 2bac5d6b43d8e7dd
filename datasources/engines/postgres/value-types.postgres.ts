import pg from "pg";
import sql, { type Sql } from "sql-template-tag";

const PARSERS = new Map<number, (text: string) => unknown>([
  [pg.types.builtins.TIMESTAMPTZ, isoInstant],
  [pg.types.builtins.DATE, (text) => text],
  [pg.types.builtins.INT8, Number],
]);

/** How values of PostgreSQL become values of JavaScript. */
export const valueTypes = {
  // Timestamps stay text, with their microseconds: a cursor made from a Date would lose them and repeat or skip rows.
  getTypeParser: ((oid: number, format?: string) =>
    PARSERS.get(oid) ??
    (pg.types.getTypeParser(oid, format as "text") as unknown)) as typeof pg.types.getTypeParser,
};

/** `2026-05-01T20:11:00.000001Z` from PostgreSQL's text of a timestamptz in UTC: always six decimals, so that text order is time order. */
function isoInstant(text: string): string {
  const [, day, time, fraction = ""] = /^(\S+) ([\d:]+)(?:\.(\d+))?\+00$/.exec(text) ?? [];
  return day && time ? `${day}T${time}.${fraction.padEnd(6, "0")}Z` : text;
}

/** An instant within JSON, in the text that a column of it has here; null where it is null. */
export function instantInJson(instant: Sql): Sql {
  return sql`to_char(${instant} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
}
