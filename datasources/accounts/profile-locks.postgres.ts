import { sql, type Query, type Sql } from "../engines/postgres/store.postgres.js";
import { type Tenant } from "../core/tenant.js";

/**
 * Keeps a profile from being deleted until the transaction ends, for writers of what it does: an expression, to be
 * selected before the transaction locks any row. The deletion then has the higher transaction id, and is the last that
 * projections hear of the profile.
 */
export function holdProfile(tenant: Tenant, id: string): Sql {
  return sql`pg_advisory_xact_lock_shared(${nameOf(tenant, id)})`;
}

/** The same for all profiles of the tenant at once, for imports. */
export async function holdProfiles(query: Query, tenant: Tenant): Promise<void> {
  await query(
    sql`select pg_advisory_xact_lock_shared(hashtext('marquee.profile_deletions'), ${tenant.id}::int)`,
  );
}

/** Waits for such writers to end, and keeps them waiting until the transaction does. Before it locks any row. */
export async function lockProfile(query: Query, tenant: Tenant, id: string): Promise<void> {
  await query(sql`select pg_advisory_xact_lock(hashtext('marquee.profile_deletions'), ${tenant.id}::int)`);
  await query(sql`select pg_advisory_xact_lock(${nameOf(tenant, id)})`);
}

function nameOf(tenant: Tenant, id: string): Sql {
  return sql`hashtextextended(${JSON.stringify(["profile", tenant.id, id])}, 0)`;
}
