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
import { type TenantMoves, type ToldMove } from "./tenant-moves.js";

type NotedMoves = Pick<TenantMoves, "move" | "undo" | "confirm">;

/**
 * Moves of tenants, each noted in the log of who did what: in that of the tenant by the transaction that makes the other place
 * the tenant's, so that both are there or neither, and right behind it in the deployment's.
 */
export function notedMoves(
  { moves, ...logs }: Pick<Stores, "moves"> & TenantActLogs,
  by: TenantActor,
): NotedMoves {
  const actor = actorIn(by);
  const noted = (act: "TENANT_MOVED" | "TENANT_MOVE_UNDONE"): MoveAct => {
    return (from, to, rows) => ({ act, actor, details: { from: from.tier, to: to.tier, rows } });
  };
  const told = ({ tier }: Tenant, act: "TENANT_MOVED" | "TENANT_MOVE_UNDONE"): ToldMove => ({
    act: noted(act),
    onMoved: ({ tenant, rows }) =>
      noteOutside(logs, tenant, by, { act, details: { from: tier, to: tenant.tier, rows } }),
  });
  return {
    move: (tenant, to, options) => moves.move(tenant, to, { ...options, ...told(tenant, "TENANT_MOVED") }),
    undo: (tenant) => moves.undo(tenant, told(tenant, "TENANT_MOVE_UNDONE")),
    confirm: async (tenant) => {
      await moves.confirm(tenant);
      await noteTenantAct(logs, tenant, by, {
        act: "TENANT_MOVE_CONFIRMED",
        details: { tier: tenant.tier },
      });
    },
  };
}
