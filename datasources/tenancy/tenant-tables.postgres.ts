import pg, { type ClientBase } from "pg";

import { CONTROL_SCHEMA } from "../engines/postgres/migrations/migrate.postgres.js";

/** A table that holds rows of tenants. Partitions are reached through their parents. */
export interface TenantTable {
  schema: string;
  name: string;
  /** The name as statements write it. */
  quoted: string;
  /** Tables of the same schema whose rows its own refer to. */
  parents: readonly string[];
}

const TABLES = `
  select n.nspname as schema, c.relname as name, format('%I.%I', n.nspname, c.relname) as quoted,
         coalesce((select array_agg(distinct p.relname::text) from pg_constraint f join pg_class p on p.oid = f.confrelid
                   where f.conrelid = c.oid and f.contype = 'f' and p.oid <> c.oid), '{}') as parents
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p') and not c.relispartition and c.relpersistence <> 't' and ($1::text is null or n.nspname = $1)
    and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped)
  order by 1, 2`;

/**
 * Every table with rows of tenants as the database has it, those that others refer to before those.
 *
 * @param schema of this schema alone.
 */
export async function tenantTables(client: ClientBase, schema?: string): Promise<TenantTable[]> {
  const { rows } = await client.query<TenantTable>(TABLES, [schema ?? null]);
  return parentsFirst(rows);
}

/** A table whose rows can be moved. */
export interface MovableTable {
  name: string;
  /** All but those that are computed. */
  columns: readonly string[];
  /** What its rows are noted by while they are moved; none: all of a tenant's together. */
  key: readonly string[];
  /** Whether a key is one row's. */
  unique: boolean;
  /** The column that counts by itself, where there is one. */
  counted: string | null;
  /** Whether it is one for the tenants of all schemas: its rows go with a tenant to another database. */
  control: boolean;
}

/** The arguments of the trigger are the table's name and its key, each ended by a zero byte. */
const MOVABLE = `
  select c.relname as name,
         (select array_agg(a.attname::text order by a.attnum) from pg_attribute a
          where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') as columns,
         (string_to_array(encode(g.tgargs, 'escape'), '\\000'))[2:g.tgnargs] as key,
         exists (select from pg_index i where i.indrelid = c.oid and i.indisprimary) as unique,
         (select a.attname::text from pg_attribute a
          where a.attrelid = c.oid and a.attidentity <> '' and not a.attisdropped) as counted,
         c.relnamespace = '${CONTROL_SCHEMA}'::regnamespace as control
  from pg_class c join pg_trigger g on g.tgrelid = c.oid and g.tgname = 'capture'
  where c.relnamespace = any($1::regnamespace[]) and not c.relispartition
  order by 1`;

/**
 * The tables of a placement's schema that are moved with a tenant.
 *
 * @param between whether to another database: then those that lie beside the schema as well.
 */
export async function movableTables(
  client: ClientBase,
  schema: string,
  between = false,
): Promise<MovableTable[]> {
  const schemas = [schema, ...(between ? [CONTROL_SCHEMA] : [])].map((name) => pg.escapeIdentifier(name));
  return (await client.query<MovableTable>(MOVABLE, [schemas])).rows;
}

function parentsFirst(tables: readonly TenantTable[]): TenantTable[] {
  const sorted: TenantTable[] = [];
  const visit = (table: TenantTable) => {
    if (sorted.includes(table)) return;
    for (const parent of table.parents) {
      const found = tables.find(({ schema, name }) => schema === table.schema && name === parent);
      if (found) visit(found);
    }
    sorted.push(table);
  };
  tables.forEach(visit);
  return sorted;
}
