import { sql, type Query, type Sql } from "../engines/postgres/store.postgres.js";
import { takeTurn, turnOf } from "../engines/postgres/turns.postgres.js";
import { type Tenant } from "../core/tenant.js";

/**
 * Keeps a profile from being deleted until the transaction ends, for writers of what it does: an expression, to be
 * selected before the transaction locks any row. The deletion then has the higher transaction id, and is the last that
 * projections hear of the profile.
 */
export function holdProfile(tenant: Tenant, id: string): Sql {
  return sql`pg_advisory_xact_lock_shared(${nameOf(tenant, id)})`;
}

/** The same where nobody is about to delete it, and false where somebody is; for a profile's lock, an expression. */
export function tryHoldProfile(lock: Sql): Sql {
  return sql`pg_try_advisory_xact_lock_shared(hashtextextended(${lock}, 0))`;
}

/** The same for all profiles of the tenant at once, for imports. */
export async function holdProfiles(query: Query): Promise<void> {
  await query(sql`select pg_advisory_xact_lock_shared(${turnOf("profile_deletions")})`);
}

/** Waits for such writers to end, and keeps them waiting until the transaction does. Before it locks any row. */
export async function lockProfile(query: Query, tenant: Tenant, id: string): Promise<void> {
  await takeTurn(query, "profile_deletions");
  await query(sql`select pg_advisory_xact_lock(${nameOf(tenant, id)})`);
}

function nameOf(tenant: Tenant, id: string): Sql {
  return sql`hashtextextended(${profileLock(tenant, id)}, 0)`;
}

/** What the lock of a profile is called. */
export function profileLock(tenant: Tenant, id: string): string {
  return JSON.stringify(["profile", tenant.id, id]);
}
