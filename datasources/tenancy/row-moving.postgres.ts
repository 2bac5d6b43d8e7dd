import pg from "pg";

import { CONTROL_SCHEMA } from "../engines/postgres/migrations/migrate.postgres.js";
import { type Side } from "./move-session.postgres.js";
import { stage } from "./row-staging.postgres.js";
import { type MovableTable } from "./tenant-tables.postgres.js";

/** Rows of one statement: what a transaction may be busy with, since projections wait for the oldest. */
const BATCH_ROWS = 5_000;
const BATCH_GROUPS = 1_000;

/** From which place to which rows of a tenant are moved: in one database, or from one to another. */
export interface Way {
  tenant: number;
  from: Side;
  to: Side;
}

const quote = pg.escapeIdentifier;
const list = (columns: readonly string[], of = "") =>
  columns.map((column) => `${of}${quote(column)}`).join(", ");
const matches = (key: readonly string[], a: string, b: string) =>
  key.map((column) => ` and ${a}.${quote(column)} = ${b}.${quote(column)}`).join("");
const json = (value: unknown) => `${pg.escapeLiteral(JSON.stringify(value))}::jsonb`;

/** A table as statements at a side name it. */
const at = ({ schema }: Side, { name, control }: MovableTable) =>
  `${quote(control ? CONTROL_SCHEMA : schema)}.${quote(name)}`;

/** Copies all rows of a table, a batch after the other. @returns how many. */
export async function copyTable(way: Way, table: MovableTable): Promise<number> {
  let copied = 0;
  let last: object | null = null;
  do {
    const batch = await stage(way, at(way.to, table), table, batchOf(way, table, last));
    const { rows } = await way.to.client.query<{ copied: number; last: object | null }>(
      copyOf(way, table, batch),
    );
    copied += rows[0]?.copied ?? 0;
    last = rows[0]?.last ?? null;
  } while (last !== null && table.key.length > 0);
  return copied;
}

/** The rows behind a key, in its order. */
function batchOf({ tenant, from }: Way, table: MovableTable, last: object | null): string {
  const { columns, key, unique } = table;
  const source = at(from, table);
  const rows = `select ${list(columns, "s.")} from ${source} s where s.tenant_id = ${tenant}`;
  if (key.length === 0) return rows;
  const behind =
    last &&
    `(${list(key, "s.")}) > (select ${list(key, "k.")} from jsonb_populate_record(null::${source}, ${json(last)}) k)`;
  const rest = behind ? ` and ${behind}` : "";
  if (unique) return `${rows}${rest} order by ${list(key, "s.")} limit ${BATCH_ROWS}`;
  const groups = `select distinct ${list(key, "s.")} from (${rows}) s where true${rest} order by ${list(key, "s.")} limit ${BATCH_GROUPS}`;
  return `${rows} and (${list(key, "s.")}) in (${groups})`;
}

/** A statement that adds the rows of a batch and answers how many that were, and the key of the last. */
function copyOf({ to }: Way, table: MovableTable, batch: string): string {
  const { columns, key } = table;
  const last =
    key.length === 0
      ? "null::jsonb"
      : `(select jsonb_build_object(${key.map((column) => `${pg.escapeLiteral(column)}, ${quote(column)}`).join(", ")})
          from batch order by ${key.map((column) => `${quote(column)} desc`).join(", ")} limit 1)`;
  return `with batch as (select * from ${batch} b), added as (
            insert into ${at(to, table)} (${list(columns)}) overriding system value select ${list(columns)} from batch
            on conflict do nothing returning 1)
          select (select count(*)::int from added) as copied, ${last} as last`;
}

/** Brings rows to the state that they have where they come from, by their keys. */
export async function bringRows(way: Way, table: MovableTable, keys: readonly object[]): Promise<void> {
  const { tenant, from, to } = way;
  const { columns, key } = table;
  const wanted = (side: Side) =>
    key.length === 0
      ? "(select) k"
      : `(select distinct ${list(key)} from jsonb_populate_recordset(null::${at(side, table)}, ${json(keys)})) k`;
  const rows = await stage(
    way,
    at(to, table),
    table,
    `select ${list(columns, "s.")} from ${at(from, table)} s join ${wanted(from)} on true${matches(key, "s", "k")} where s.tenant_id = ${tenant}`,
  );
  await to.client.query(
    `delete from ${at(to, table)} d using ${wanted(to)} where d.tenant_id = ${tenant}${matches(key, "d", "k")}`,
  );
  await to.client.query(
    `insert into ${at(to, table)} (${list(columns)}) overriding system value select ${list(columns)} from ${rows} r`,
  );
}

/** Lets what counts by itself go on behind what it has counted where the rows come from. */
export async function carryCounters({ from, to }: Way, tables: readonly MovableTable[]): Promise<void> {
  const names = (side: Side) =>
    tables.filter(({ counted }) => counted !== null).map((table) => at(side, table));
  const columns = tables.flatMap(({ counted }) => counted ?? []);
  const { rows } = await from.client.query<{ last: string | null }>(
    `select pg_sequence_last_value(pg_get_serial_sequence(name, counted)::regclass) as last
     from unnest($1::text[], $2::text[]) with ordinality as c (name, counted, n) order by n`,
    [names(from), columns],
  );
  await to.client.query(
    `select setval(counter, greatest(pg_sequence_last_value(counter), last))
     from unnest($1::text[], $2::text[], $3::bigint[]) as c (name, counted, last)
     cross join lateral (select pg_get_serial_sequence(name, counted)::regclass as counter) s
     where last is not null`,
    [names(to), columns, rows.map(({ last }) => last)],
  );
}
