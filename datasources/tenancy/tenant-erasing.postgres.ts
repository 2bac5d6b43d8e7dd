import pg from "pg";

import { type Tenant } from "../core/tenant.js";
import { JOBS_SCHEMA, SHARED_SCHEMA } from "../engines/postgres/migrations/migrate.postgres.js";
import { ownSchemaOf } from "./tenants.postgres.js";
import { tenantTables } from "./tenant-tables.postgres.js";

/** SQLSTATE of a table that is not there. */
const UNDEFINED_TABLE = "42P01";
/** Queue of the deployment's jobs: a job names its tenant in what it carries. */
const JOBS = `${JOBS_SCHEMA}._private_jobs where payload ->> 'tenant' = $1::text`;

/**
 * Removes every row of a tenant from every schema of a database, and the schema that it has to itself. May be repeated.
 *
 * @param adminUrl a URL whose role owns the tables.
 * @returns how many rows that were, but for those of a schema of its own.
 */
export function eraseTenantRows(adminUrl: string, tenant: Tenant): Promise<number> {
  return asTenant(adminUrl, tenant, (admin) => eraseRows(admin, tenant));
}

/** The same by a connection that is the tenant's already. */
export async function eraseRows(admin: pg.Client, { id, slug, schema: own }: Tenant): Promise<number> {
  // Of one that was moved and may go back, rows are in both places.
  for (const schema of new Set([own, ownSchemaOf(slug)]))
    if (schema !== SHARED_SCHEMA)
      await admin.query(`drop schema if exists ${admin.escapeIdentifier(schema)} cascade`);
  let erased = 0;
  for (const { quoted } of (await tenantTables(admin)).reverse()) {
    const removed = await ifThere(admin.query(`delete from ${quoted} where tenant_id = $1`, [id]));
    erased += removed?.rowCount ?? 0;
  }
  const jobs = await admin.query(`delete from ${JOBS}`, [id]);
  return erased + (jobs.rowCount ?? 0);
}

/** What a database still has of a tenant. */
export interface RowsLeft {
  rows: number;
  /** How many tables were looked through. */
  tables: number;
}

/** Looks through every table of every schema for rows of a tenant. */
export function tenantRowsLeft(adminUrl: string, tenant: Tenant): Promise<RowsLeft> {
  return asTenant(adminUrl, tenant, async (admin) => {
    const count = async (from: string) => {
      const counting = `select count(*)::int as rows from ${from}`;
      const counted = await ifThere(admin.query<{ rows: number }>(counting, [tenant.id]));
      return counted?.rows[0]?.rows ?? 0;
    };
    const tables = await tenantTables(admin);
    const places = [...tables.map(({ quoted }) => `${quoted} where tenant_id = $1`), JOBS];
    let rows = 0;
    for (const place of places) rows += await count(place);
    return { rows, tables: places.length };
  });
}

/** Null of a table that has gone meanwhile, with the schema of another tenant that is removed as well. */
async function ifThere<T>(asked: Promise<T>): Promise<T | null> {
  return asked.catch((error: unknown) => {
    if (error instanceof pg.DatabaseError && error.code === UNDEFINED_TABLE) return null;
    throw error;
  });
}

/** Policies hold for the owner of tables too, unless it is superuser: the connection is the tenant's. */
async function asTenant<T>(
  adminUrl: string,
  tenant: Tenant,
  work: (admin: pg.Client) => Promise<T>,
): Promise<T> {
  const admin = new pg.Client({ connectionString: adminUrl, application_name: "marquee-tenancy" });
  await admin.connect();
  try {
    await admin.query("select set_config('marquee.tenant', $1, false)", [String(tenant.id)]);
    return await work(admin);
  } finally {
    await admin.end();
  }
}
