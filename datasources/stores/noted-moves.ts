import {
  actorIn,
  noteOutside,
  noteTenantAct,
  type TenantActLogs,
  type TenantActor,
} from "../audit/tenant-acts.js";
import { type Tenant } from "../core/tenant.js";
import { type MoveAct } from "../tenancy/tenant-mover.postgres.js";
import { type Stores } from "./stores.js";
import { type MovedTenant, type TenantMoves } from "./tenant-moves.js";

type NotedMoves = Pick<TenantMoves, "move" | "undo" | "confirm">;

/**
 * Moves of tenants, each noted in the log of who did what: in that of the tenant by the transaction that makes the other place
 * the tenant's, so that both are there or neither, and behind it in the deployment's.
 */
export function notedMoves(
  { moves, ...logs }: Pick<Stores, "moves"> & TenantActLogs,
  by: TenantActor,
): NotedMoves {
  const actor = actorIn(by);
  const noted = (act: "TENANT_MOVED" | "TENANT_MOVE_UNDONE"): MoveAct => {
    return (from, to, rows) => ({ act, actor, details: { from: from.tier, to: to.tier, rows } });
  };
  const arrived = async (from: Tenant, act: "TENANT_MOVED" | "TENANT_MOVE_UNDONE", moved: MovedTenant) => {
    const details = { from: from.tier, to: moved.tenant.tier, rows: moved.rows };
    await noteOutside(logs, moved.tenant, by, { act, details });
    return moved;
  };
  return {
    move: async (tenant, to, options) => {
      const act = noted("TENANT_MOVED");
      return arrived(tenant, "TENANT_MOVED", await moves.move(tenant, to, { ...options, act }));
    },
    undo: async (tenant) => {
      const act = noted("TENANT_MOVE_UNDONE");
      return arrived(tenant, "TENANT_MOVE_UNDONE", await moves.undo(tenant, { act }));
    },
    confirm: async (tenant) => {
      await moves.confirm(tenant);
      await noteTenantAct(logs, tenant, by, {
        act: "TENANT_MOVE_CONFIRMED",
        details: { tier: tenant.tier },
      });
    },
  };
}
