import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";

import { Logger, runMigrations } from "graphile-worker";
import pg from "pg";

import { packageRoot } from "../../../../packages/process/package-root.js";
import { StartupError } from "../../../../packages/process/startup-error.js";
import { APP_ROLE, putLogins, WORKER_ROLE, type Logins } from "./logins.postgres.js";

/** Schema of what belongs to no tenant. */
export const CONTROL_SCHEMA = "marquee";
/** Schema that all SHARED tenants live in. */
export const SHARED_SCHEMA = "shared";
/** Schema of the job runner, made by its own migrations. */
export const JOBS_SCHEMA = "graphile_worker";

/** The comment of a table whose rows stay as they are. */
const APPEND_ONLY = "append-only";

const CONNECT_TIMEOUT_MS = 10_000;

interface Migration {
  version: number;
  name: string;
  text: string;
  checksum: string;
}

/** What migrations take beside SQL, on the connection that migrates. Each is done again where it was not seen to its end. */
export interface MigrationWork {
  /** Done before any schema of tenants is looked at. */
  begin(client: pg.Client): Promise<void>;
  /** Done before the migration of a schema of tenants that has this name. */
  before: Readonly<Record<string, (client: pg.Client, schema: string) => Promise<void>>>;
  /** Done with each schema of tenants that is as it has to be. */
  end(client: pg.Client, schema: string): Promise<void>;
}

const NO_WORK: MigrationWork = { begin: () => Promise.resolve(), before: {}, end: () => Promise.resolve() };

/**
 * Brings a database to this version of the product: roles, extensions, the control schema, the shared schema and the
 * schema of every isolated tenant. Forward only; processes that start together wait for each other.
 *
 * @param adminUrl a URL whose role may create schemas and roles.
 * @param work what takes more than SQL.
 * @returns what gateways connect to it by.
 * @throws StartupError when the database was made by a newer version, or a migration was changed after it ran.
 */
export async function migrate(adminUrl: string, work = NO_WORK): Promise<Logins> {
  return withLock(adminUrl, async (client) => {
    await prepareDatabase(client);
    await migrateJobs(client, adminUrl);
    await migrateSchema(client, CONTROL_SCHEMA, "control");
    await work.begin(client);
    const { rows } = await client.query<{ schema_name: string }>(
      `select distinct schema_name from ${CONTROL_SCHEMA}.tenants where tier = 'ISOLATED' order by 1`,
    );
    for (const schema of [SHARED_SCHEMA, ...rows.map(({ schema_name }) => schema_name)]) {
      await migrateSchema(client, schema, "tenant", work.before);
      await work.end(client, schema);
    }
    return putLogins(client);
  });
}

/**
 * What gateways connect by to a database that is migrated.
 *
 * @param anew whether the server is given the passwords that are kept, which it seems to have lost.
 */
export async function loginsOf(adminUrl: string, anew = false): Promise<Logins> {
  return withLock(adminUrl, (client) => putLogins(client, anew));
}

/** What is done before and after the schema of a tenant is made, while nobody else migrates. */
export interface SchemaWork {
  /** Where it fails, no schema is made. */
  before(): Promise<void>;
  /** Where it fails, the schema is taken away again. */
  after(): Promise<void>;
}

/** Migrates the schema of one isolated tenant, which is made where it is not there. */
export async function migrateTenantSchema(adminUrl: string, schema: string): Promise<void> {
  await withLock(adminUrl, (client) => migrateSchema(client, schema, "tenant"));
}

/** Makes the schema of an isolated tenant that is new, with what else that takes. */
export async function makeTenantSchema(adminUrl: string, schema: string, work: SchemaWork): Promise<void> {
  await withLock(adminUrl, async (client) => {
    await work.before();
    await migrateSchema(client, schema, "tenant");
    try {
      await work.after();
    } catch (error) {
      await client.query(`drop schema if exists ${client.escapeIdentifier(schema)} cascade`);
      throw error;
    }
  });
}

async function withLock<T>(adminUrl: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: adminUrl,
    application_name: "marquee-migrate",
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    options: "-c TimeZone=UTC",
  });
  await client.connect();
  try {
    await client.query("select pg_advisory_lock(hashtext('marquee.migrate'))");
    return await work(client);
  } finally {
    await client.end();
  }
}

async function prepareDatabase(client: pg.Client): Promise<void> {
  for (const role of [APP_ROLE, WORKER_ROLE]) await putRole(client, role);
  for (const extension of ["btree_gin", "fuzzystrmatch"]) {
    await client.query(`create extension if not exists ${extension} with schema public`);
  }
}

/**
 * Makes a role that others have their rights by. One that is there stays as it is: gateways of versions before logins were
 * each database's own connect by it, under a password that they have set. Roles are the whole server's, and the lock only
 * a database's: who prepares another database at the same moment may have made it meanwhile.
 */
async function putRole(client: pg.Client, role: string): Promise<void> {
  const { rowCount } = await client.query("select from pg_roles where rolname = $1", [role]);
  if (rowCount) return;
  try {
    await client.query(`create role ${role} nologin`);
  } catch (error) {
    if (!isMadeMeanwhile(error)) throw error;
  }
}

function isMadeMeanwhile(error: unknown): boolean {
  return error instanceof pg.DatabaseError && (error.code === "42710" || error.code === "23505");
}

/** The job runner's own tables, and the right of its role to work on them: they have row-level security without a policy. */
async function migrateJobs(client: pg.Client, adminUrl: string): Promise<void> {
  // A pool that the library makes is let go of before its connection has ended: should the server end it, so would the process.
  const pool = new pg.Pool({ connectionString: adminUrl, application_name: "marquee-migrate", max: 1 });
  pool.on("error", () => undefined);
  pool.on("connect", (own) => own.on("error", () => undefined));
  const logger = new Logger(() => () => undefined);
  try {
    await runMigrations({ pgPool: pool, schema: JOBS_SCHEMA, logger });
  } finally {
    await pool.end();
  }
  await client.query(GRANT_JOBS);
}

const GRANT_JOBS = `
do $$
declare
  t record;
begin
  grant usage on schema ${JOBS_SCHEMA} to ${WORKER_ROLE};
  grant select, insert, update, delete on all tables in schema ${JOBS_SCHEMA} to ${WORKER_ROLE};
  grant usage on all sequences in schema ${JOBS_SCHEMA} to ${WORKER_ROLE};
  for t in
    select c.oid::regclass as name from pg_class c
    where c.relnamespace = '${JOBS_SCHEMA}'::regnamespace and c.relkind = 'r' and c.relrowsecurity
      and not exists (select from pg_policy p where p.polrelid = c.oid and p.polname = 'worker')
  loop
    execute format('create policy worker on %s to ${WORKER_ROLE} using (true) with check (true)', t.name);
  end loop;
end $$`;

async function migrateSchema(
  client: pg.Client,
  schema: string,
  folder: "control" | "tenant",
  before: MigrationWork["before"] = {},
): Promise<void> {
  const known = await readMigrations(folder);
  const name = client.escapeIdentifier(schema);
  await client.query(`create schema if not exists ${name}`);
  await client.query(`grant usage on schema ${name} to ${APP_ROLE}`);
  await client.query(
    `create table if not exists ${name}.schema_migrations (version integer primary key, name text not null, checksum text not null, applied_at timestamptz not null default now())`,
  );
  const { rows: applied } = await client.query<Migration>(
    `select version, name, checksum from ${name}.schema_migrations order by version`,
  );
  for (const done of applied) checkApplied(done, known, schema);
  const done = new Set(applied.map(({ version }) => version));
  for (const migration of known.filter(({ version }) => !done.has(version))) {
    await before[migration.name]?.(client, schema);
    await apply(client, name, migration, folder);
  }
  if (folder === "tenant") await client.query(CAPTURE_ROWS, [schema]);
}

function checkApplied(done: Migration, known: Migration[], schema: string): void {
  const here = known.find((migration) => migration.version === done.version);
  if (!here) {
    throw new StartupError(
      `The database was migrated by a newer Marquee (schema ${schema} has migration ${done.version} "${done.name}", this version knows ${known.at(-1)?.version ?? 0}). Start that version, or point MARQUEE_DATA at another folder.`,
    );
  }
  if (here.checksum !== done.checksum) {
    throw new StartupError(
      `Migration ${done.version} "${done.name}" of schema ${schema} was changed after it ran. Restore the file; changes go into a new migration.`,
    );
  }
}

async function apply(client: pg.Client, schema: string, migration: Migration, folder: string): Promise<void> {
  await client.query("begin");
  try {
    await client.query(`set local search_path = ${schema}, public`);
    await client.query(migration.text);
    if (folder === "tenant") await client.query(PROTECT_TABLES);
    await client.query("insert into schema_migrations (version, name, checksum) values ($1, $2, $3)", [
      migration.version,
      migration.name,
      migration.checksum,
    ]);
    await client.query("commit");
  } catch (error) {
    await client.query("rollback");
    throw error;
  }
}

/**
 * Gives every table of the current schema that has a tenant_id the same policy, forced on its owner too: rows of the
 * tenant named by the connection, none where none is named. Partitions are reached through their parent only. Rows of one
 * whose comment says that it is append-only are added and read.
 */
const PROTECT_TABLES = `
do $$
declare
  t record;
begin
  for t in
    select c.oid::regclass as name, c.relispartition, obj_description(c.oid, 'pg_class') as comment
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
    where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') and not c.relrowsecurity
  loop
    execute format('alter table %s enable row level security', t.name);
    execute format('alter table %s force row level security', t.name);
    execute format(
      'create policy tenant on %s using (tenant_id = current_setting(''marquee.tenant'')::int) with check (tenant_id = current_setting(''marquee.tenant'')::int)',
      t.name
    );
    if not t.relispartition then
      execute format('grant %s on %s to ${APP_ROLE}', case when t.comment = '${APPEND_ONLY}'
        then 'select, insert' else 'select, insert, update, delete' end, t.name);
    end if;
  end loop;
end $$`;

/** Notes what is written in tables that do not do so yet, while their tenant is being moved. */
const CAPTURE_ROWS = "select marquee.capture_rows($1)";

async function readMigrations(folder: "control" | "tenant"): Promise<Migration[]> {
  const directory = path.join(packageRoot(), "datasources", "engines", "postgres", "migrations", folder);
  const files = (await readdir(directory)).filter((file) => file.endsWith(".sql")).sort();
  return Promise.all(
    files.map(async (file) => {
      const [, version, name] = /^(\d{3})_(.+)\.sql$/.exec(file) ?? [];
      if (!version || !name) throw new Error(`Migration ${folder}/${file} is not named NNN_name.sql`);
      const text = await readFile(path.join(directory, file), "utf8");
      return {
        version: Number(version),
        name,
        text,
        checksum: createHash("sha256").update(text).digest("hex"),
      };
    }),
  );
}
