import { type AuditActor } from "../core/audit-acts.js";
import { type Tenant } from "../core/tenant.js";
import { type Audit, type AuditedAct } from "./audit.js";

/** Who did something to a tenant: a command, or whoever runs the platform, by an account of some tenant. */
export type TenantActor = "command" | { tenant: Tenant; account: string | null };

type TenantAct = Pick<AuditedAct, "act" | "details">;

/**
 * Notes what was done to a tenant in the tenant's own log, which names no account of another one, and what an account did in
 * the log of the account's tenant as well.
 */
export async function noteTenantAct(
  audit: Audit,
  tenant: Tenant,
  by: TenantActor,
  { act, details = {} }: TenantAct,
): Promise<void> {
  await audit.record(tenant, { act, actor: actorIn(by), details });
  await noteOwnTenantAct(audit, tenant, by, { act, details });
}

/** Notes what an account did to a tenant in the log of the account's tenant; of a command, nothing. */
export async function noteOwnTenantAct(
  audit: Audit,
  tenant: Tenant,
  by: TenantActor,
  { act, details = {} }: TenantAct,
): Promise<void> {
  if (by === "command" || by.account === null) return;
  await audit.record(by.tenant, {
    act,
    actor: { account: by.account },
    subject: { tenant: tenant.slug },
    details,
  });
}

/** What the log of the tenant itself calls whoever did it. */
export function actorIn(by: TenantActor): AuditActor {
  return by === "command" ? by : "platform";
}
