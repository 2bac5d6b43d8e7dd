import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";

import pg from "pg";
import { from as copyFrom, to as copyTo } from "pg-copy-streams";

import {
  CONTROL_SCHEMA,
  JOBS_SCHEMA,
  SHARED_SCHEMA,
} from "../../datasources/engines/postgres/migrations/migrate.postgres.js";

/** A table that a backup takes, partitions being part of theirs. */
interface Table {
  /** As statements write it, and its columns, but for those that are computed. */
  name: string;
  columns: string;
  /** Of one that is divided, what makes the parts that it has. */
  parts: string[];
  rows: Buffer;
}

/** A database as a logical backup has it: as `pg_dump --data-only --disable-triggers` writes one. */
export interface Backup {
  tables: Table[];
  counters: { name: string; last: string }[];
}

const TABLES = `
  select c.oid::regclass::text as name,
         (select string_agg(quote_ident(a.attname), ', ' order by a.attnum) from pg_attribute a
          where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') as columns,
         array(select format('create table if not exists %s partition of %s %s', i.inhrelid::regclass, c.oid::regclass,
                             pg_get_expr(p.relpartbound, p.oid))
               from pg_inherits i join pg_class p on p.oid = i.inhrelid
               where i.inhparent = c.oid and p.relispartition order by 1) as parts
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p') and not c.relispartition and n.nspname in ($1, $2, $3) order by 1`;
const COUNTERS = `
  select format('%I.%I', schemaname, sequencename) as name, last_value::text as last
  from pg_sequences where schemaname in ($1, $2, $3) and last_value is not null`;
const SCHEMAS = [CONTROL_SCHEMA, SHARED_SCHEMA, JOBS_SCHEMA];

/** Everything that a database holds at one instant, whoever writes meanwhile. @param url of a superuser. */
export function backUp(url: string): Promise<Backup> {
  return during(url, async (client) => {
    await client.query("begin isolation level repeatable read read only");
    const { rows } = await client.query<Omit<Table, "rows">>(TABLES, SCHEMAS);
    const tables: Table[] = [];
    for (const table of rows) {
      const { name, columns, parts } = table;
      // What inherits is a table of its own; parts are not.
      const source = `select ${columns} from ${parts.length > 0 ? "" : "only "}${name}`;
      const copied = client.query(copyTo(`copy (${source}) to stdout`));
      tables.push({ ...table, rows: await buffer(copied) });
    }
    const { rows: counters } = await client.query<Backup["counters"][number]>(COUNTERS, SCHEMAS);
    return { tables, counters };
  });
}

/** Puts a backup in the place of what a database holds, which is of the same version. @param url of a superuser. */
export function restore({ tables, counters }: Backup, url: string): Promise<void> {
  return during(url, async (client) => {
    await client.query("begin");
    await client.query("set local session_replication_role = replica");
    for (const { parts } of tables) for (const part of parts) await client.query(part);
    await client.query(`truncate ${tables.map(({ name }) => name).join(", ")}`);
    for (const { name, columns, rows } of tables)
      await pipeline(Readable.from([rows]), client.query(copyFrom(`copy ${name} (${columns}) from stdin`)));
    for (const { name, last } of counters) await client.query("select setval($1, $2)", [name, last]);
    await client.query("commit");
  });
}

async function during<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
