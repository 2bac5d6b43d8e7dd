import { setTimeout as sleep } from "node:timers/promises";

import { Refusal } from "../core/refusal.js";
import { type Tenant } from "../core/tenant.js";
import { type ProjectionTarget } from "../projection/targets/projection-target.js";
import { type Moved, type MoveProgress, type TenantMover } from "../tenancy/tenant-mover.postgres.js";
import { type TenantRegistry } from "../core/tenants.js";

/** For how long others may read where a tenant was: until they have heard of it, and a read that began then has ended. Milliseconds. */
const GRACE_MS = 3_000;

/** A tenant where it is now. */
export interface MovedTenant extends Moved {
  tenant: Tenant;
}

/** Moves tenants between tiers while they are served. Until a move is confirmed it can be undone. */
export interface TenantMoves {
  /** @throws Refusal TENANT_MOVING, TENANT_BUSY, NOT_MOVED, SERVERS_INVALID. */
  move(tenant: Tenant, tier: "SHARED" | "ISOLATED", onProgress?: MoveProgress): Promise<MovedTenant>;
  /** Takes it back, with what was written since. @throws Refusal NOT_MOVED. */
  undo(tenant: Tenant): Promise<MovedTenant>;
  /** Gives up the way back. @throws Refusal NOT_MOVED. */
  confirm(tenant: Tenant): Promise<void>;
}

/** The rows by the mover; engines hold nothing of a new place until it is filled, and PostgreSQL answers meanwhile. */
export function tenantMoves(
  mover: TenantMover,
  registry: TenantRegistry,
  targets: readonly ProjectionTarget[],
): TenantMoves {
  const engines = targets.filter(({ embedded }) => !embedded);
  const arrive = async (before: Tenant, moved: Moved): Promise<MovedTenant> => {
    const tenant = (await registry.current(before.id)) ?? before;
    for (const engine of engines) await engine.rebuild(tenant);
    return { ...moved, tenant };
  };
  return {
    async move(tenant, tier, onProgress) {
      if (tenant.servers)
        throw new Refusal("slug", "SERVERS_INVALID", "A tenant on servers of its own stays there.");
      return arrive(tenant, await mover.move(tenant, tier, onProgress));
    },
    async undo(tenant) {
      const back = await arrive(tenant, await mover.undo(tenant));
      await sleep(GRACE_MS);
      for (const engine of engines) await engine.leave(tenant);
      await mover.sweep(back.tenant, tenant.schema);
      return back;
    },
    async confirm(tenant) {
      const { tier, schema, agoMs } = await mover.before(tenant);
      await sleep(Math.max(0, GRACE_MS - agoMs));
      // Before the way back is given up: where an engine does not answer, it can be tried again.
      const before = { ...tenant, tier, schema };
      for (const engine of engines) await engine.leave(before);
      await mover.confirm(tenant);
    },
  };
}
