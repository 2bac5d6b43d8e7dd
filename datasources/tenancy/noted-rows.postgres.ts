import pg from "pg";

import { CONTROL_SCHEMA } from "../engines/postgres/migrations/migrate.postgres.js";
import { bringRows, type Way } from "./row-moving.postgres.js";
import { type MovableTable } from "./tenant-tables.postgres.js";

/** Notes that are brought at once. */
const BATCH = 5_000;

/** Brings a batch of what was noted. @returns how much that was. */
export async function bringNoted(way: Way, tables: readonly MovableTable[]): Promise<number> {
  const { rows } = await way.from.client.query<{ table_name: string; key: object }>(
    `delete from ${CONTROL_SCHEMA}.moved_rows where ctid = any (array(
       select ctid from ${CONTROL_SCHEMA}.moved_rows where tenant_id = $1 limit ${BATCH}))
     returning table_name, key`,
    [way.tenant],
  );
  for (const table of tables) {
    const keys = rows.filter(({ table_name: name }) => name === table.name).map(({ key }) => key);
    if (keys.length > 0) await bringRows(way, table, keys);
  }
  return rows.length;
}

/**
 * Brings everything that was noted, while nobody notes anything more.
 *
 * @param between called after every batch that may have left some; ends it by what it throws.
 */
export async function bringAllNoted(
  way: Way,
  tables: readonly MovableTable[],
  between: () => void,
): Promise<void> {
  while ((await bringNoted(way, tables)) === BATCH) between();
}

/** Gives the other place every day that there is here, today and tomorrow. */
export async function mirrorDays({ from, to }: Way): Promise<void> {
  const [days, there] = [await daysOf(from), new Set(await daysOf(to))];
  const missing = days.filter((day) => !there.has(day)).map((day) => `${day}T00:00:00Z`);
  if (missing.length > 0)
    await to.client.query(`select ${pg.escapeIdentifier(to.schema)}.ensure_event_days($1::timestamptz[])`, [
      missing,
    ]);
}

async function daysOf({ client, schema }: Way["from"]): Promise<string[]> {
  const { rows } = await client.query<{ day: string }>(
    `select to_char(to_date(right(c.relname, 8), 'YYYYMMDD'), 'YYYY-MM-DD') as day from pg_class c
     where c.relnamespace = $1::regnamespace and c.relispartition and c.relname ~ '^viewing_events_\\d{8}$'`,
    [pg.escapeIdentifier(schema)],
  );
  return rows.map(({ day }) => day);
}
