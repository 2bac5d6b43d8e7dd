import { noteTenantAct, type TenantActor } from "../audit/tenant-acts.js";
import { type Tenant } from "../core/tenant.js";
import { type Stores } from "./stores.js";
import { type MovedTenant, type TenantMoves } from "./tenant-moves.js";

/** Moves of tenants, each noted in the log of who did what where it has come about. */
export function notedMoves({ moves, audit }: Pick<Stores, "moves" | "audit">, by: TenantActor): TenantMoves {
  const arrived = async (from: Tenant, act: "TENANT_MOVED" | "TENANT_MOVE_UNDONE", moved: MovedTenant) => {
    const details = { from: from.tier, to: moved.tenant.tier, rows: moved.rows };
    await noteTenantAct(audit, moved.tenant, by, { act, details });
    return moved;
  };
  return {
    move: async (tenant, tier, onProgress) =>
      arrived(tenant, "TENANT_MOVED", await moves.move(tenant, tier, onProgress)),
    undo: async (tenant) => arrived(tenant, "TENANT_MOVE_UNDONE", await moves.undo(tenant)),
    confirm: async (tenant) => {
      await moves.confirm(tenant);
      await noteTenantAct(audit, tenant, by, {
        act: "TENANT_MOVE_CONFIRMED",
        details: { tier: tenant.tier },
      });
    },
  };
}
