import pg from "pg";

import { type MovableTable } from "./tenant-tables.postgres.js";

/** Rows of one statement: what a transaction may be busy with, since projections wait for the oldest. */
const BATCH_ROWS = 5_000;
const BATCH_GROUPS = 1_000;

/** From which schema to which rows of a tenant are moved. */
export interface Way {
  tenant: number;
  from: string;
  to: string;
}

const quote = pg.escapeIdentifier;
const list = (columns: readonly string[], of = "") =>
  columns.map((column) => `${of}${quote(column)}`).join(", ");
const place = (schema: string, { name }: MovableTable) => `${quote(schema)}.${quote(name)}`;
const matches = (key: readonly string[], a: string, b: string) =>
  key.map((column) => ` and ${a}.${quote(column)} = ${b}.${quote(column)}`).join("");

/** Copies all rows of a table, a batch after the other. @returns how many. */
export async function copyTable(client: pg.Client, way: Way, table: MovableTable): Promise<number> {
  const statement = batchOf(way, table);
  let copied = 0;
  let last: unknown = null;
  for (;;) {
    const values = [
      way.tenant,
      ...(table.key.length > 0 ? [last === null ? null : JSON.stringify(last)] : []),
    ];
    const { rows } = await client.query<{ copied: number; last: unknown }>(statement, values);
    copied += rows[0]?.copied ?? 0;
    last = rows[0]?.last ?? null;
    if (last === null || table.key.length === 0) return copied;
  }
}

/** A statement that copies the rows behind the key `$2` and answers the last of them. */
function batchOf({ from, to }: Way, table: MovableTable): string {
  const { columns, key, unique } = table;
  const source = place(from, table);
  const behind = `($2::jsonb is null or (${list(key, "s.")}) > (select ${list(key, "k.")} from jsonb_populate_record(null::${source}, $2::jsonb) k))`;
  const groups = `select distinct ${list(key, "s.")} from ${source} s where s.tenant_id = $1 and ${behind} order by ${list(key, "s.")} limit ${BATCH_GROUPS}`;
  const rows =
    key.length === 0
      ? `select s.* from ${source} s where s.tenant_id = $1`
      : unique
        ? `select s.* from ${source} s where s.tenant_id = $1 and ${behind} order by ${list(key, "s.")} limit ${BATCH_ROWS}`
        : `select s.* from ${source} s where s.tenant_id = $1 and (${list(key, "s.")}) in (${groups})`;
  const last =
    key.length === 0
      ? "null::jsonb"
      : `(select jsonb_build_object(${key.map((column) => `${pg.escapeLiteral(column)}, ${quote(column)}`).join(", ")})
          from batch order by ${key.map((column) => `${quote(column)} desc`).join(", ")} limit 1)`;
  return `with batch as (${rows}), added as (
            insert into ${place(to, table)} (${list(columns)}) overriding system value select ${list(columns)} from batch
            on conflict do nothing returning 1)
          select (select count(*)::int from added) as copied, ${last} as last`;
}

/** Brings rows to the state that they have where they come from, by their keys. */
export async function bringRows(
  client: pg.Client,
  { tenant, from, to }: Way,
  table: MovableTable,
  keys: readonly object[],
): Promise<void> {
  const { columns, key } = table;
  const source = place(from, table);
  const target = place(to, table);
  const wanted =
    key.length === 0
      ? "(select where $2::jsonb is not null)"
      : `(select distinct ${list(key)} from jsonb_populate_recordset(null::${source}, $2::jsonb))`;
  const values = [tenant, JSON.stringify(keys)];
  await client.query(
    `delete from ${target} d using ${wanted} k where d.tenant_id = $1${matches(key, "d", "k")}`,
    values,
  );
  await client.query(
    `insert into ${target} (${list(columns)}) overriding system value
     select ${list(columns, "s.")} from ${source} s join ${wanted} k on true${matches(key, "s", "k")} where s.tenant_id = $1`,
    values,
  );
}

/** Lets what counts by itself go on behind what it has counted where the rows come from. */
export async function carryCounters(
  client: pg.Client,
  { from, to }: Way,
  tables: readonly MovableTable[],
): Promise<void> {
  for (const table of tables) {
    if (table.counted === null) continue;
    await client.query(
      `select setval(target::regclass, greatest(pg_sequence_last_value(target::regclass), pg_sequence_last_value(source::regclass)))
       from (select pg_get_serial_sequence($1, $3) as source, pg_get_serial_sequence($2, $3) as target) s
       where pg_sequence_last_value(source::regclass) is not null`,
      [place(from, table), place(to, table), table.counted],
    );
  }
}
