import { join, raw, sql, type Query, type Sql } from "../engines/postgres/store.postgres.js";

/*
 * Charts are read by one statement and written by others. A transaction has an id from its first write on, and until it ends
 * projections of all tenants stand at that id (outbox-edge.postgres.ts): so nothing is written, be it into a temporary table,
 * before all that follows from the facts is there. It is brought here in between, and laid out as tables for those that write.
 */

/** What is brought from the one to the others, with its columns: a part of the statement, and a table, of that name. */
const PARTS = {
  chart_days: "country char(2) primary key, zone text, since date, last date",
  daily_lists: "country char(2), day date, rank int, title_id text, viewers int, seconds bigint",
  weekly_lists: "country char(2), day date, rank int, title_id text, viewers int, seconds bigint",
  checked_days: "country char(2), day date, viewers int, usual float8, recent boolean, latest boolean",
  listed_facts: "country char(2), day date, title_id text, viewers bigint, seconds numeric",
  trending: "country char(2), rank int, title_id text, score float8",
} as const;

export type PartName = keyof typeof PARTS;

/** Some rows of a part, as JSON: whoever brings them has no need to read them. */
export interface PartRows {
  part: PartName;
  rows: string;
}

/** Rows of a part that are brought together: JSON has a length that it must not pass. */
const ROWS = 5_000;

/** Runs a statement of these parts, `with`, and brings what they come to. All are read in one state. */
export function readParts(query: Query, parts: Sql, names: readonly PartName[]): Promise<PartRows[]> {
  const numbered = names.map(
    (name) => sql`
      select ${name}::text as part, (row_number() over () - 1) / ${ROWS}::int as batch, to_json(p) as entry
      from ${raw(name)} p`,
  );
  return query<PartRows>(sql`
    with ${parts}
    select part, json_agg(entry)::text as rows from (${join(numbered, " union all ")}) r group by part, batch`);
}

/** Lays out what was brought as tables of this transaction, empty ones where there was nothing. */
export async function layOut(query: Query, brought: readonly PartRows[]): Promise<void> {
  for (const [part, columns] of Object.entries(PARTS))
    await query(raw(`create temp table ${part} (${columns}) on commit drop`));
  for (const { part, rows } of brought)
    await query(
      sql`insert into ${raw(part)} select * from json_populate_recordset(null::${raw(part)}, ${rows}::json)`,
    );
  await query(raw(`analyze ${Object.keys(PARTS).join(", ")}`));
}
