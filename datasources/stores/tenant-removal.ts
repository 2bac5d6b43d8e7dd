import { setTimeout as sleep } from "node:timers/promises";

import { type Tenant } from "../core/tenant.js";
import { type ProjectionTarget } from "../projection/targets/projection-target.js";
import { eraseTenantRows, tenantRowsLeft } from "../tenancy/tenant-erasing.postgres.js";

/** Sweeps until nothing is found: what others had under way when the first began may have been written behind it. */
const SWEEPS = 5;
const PAUSE_MS = 1_000;

/** What a removal has found. */
export interface Removal {
  /** Rows that were removed, but for those of a schema of the tenant's own. */
  rows: number;
  /** Tables that were looked through for what is left. */
  tables: number;
  /** Engines that were asked for it. */
  engines: number;
}

/**
 * Removes everything of a tenant that takes no writes any more from PostgreSQL and every engine, and looks through all of
 * them for what is left.
 *
 * @throws Error where something is left after several sweeps; StoreUnavailableError where an engine does not answer. It
 *   may be repeated.
 */
export async function removeEverywhere(
  adminUrl: string,
  targets: readonly ProjectionTarget[],
  tenant: Tenant,
): Promise<Removal> {
  const engines = targets.filter(({ embedded }) => !embedded);
  let rows = 0;
  for (let sweep = 1; ; sweep += 1) {
    for (const engine of engines) await engine.remove(tenant);
    rows += await eraseTenantRows(adminUrl, tenant);
    const left = await tenantRowsLeft(adminUrl, tenant);
    const held = await Promise.all(engines.map((engine) => engine.held(tenant)));
    const all = held.reduce((sum, count) => sum + count, left.rows);
    if (all === 0) return { rows, tables: left.tables, engines: engines.length };
    if (sweep === SWEEPS) throw new Error(`${all} entries of ${tenant.slug} are written again and again`);
    await sleep(PAUSE_MS);
  }
}
