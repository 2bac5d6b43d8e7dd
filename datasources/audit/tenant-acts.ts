import { type AuditActor } from "../core/audit-acts.js";
import { type Tenant } from "../core/tenant.js";
import { type Audit, type AuditedAct } from "./audit.js";

/** Who did something to a tenant: a command, or whoever runs the platform, by an account of some tenant. */
export type TenantActor = "command" | { tenant: Tenant; account: string | null };

/**
 * Notes what was done to a tenant in the tenant's own log, which names no account of another one, and what an account did in
 * the log of the account's tenant as well.
 */
export async function noteTenantAct(
  audit: Audit,
  tenant: Tenant,
  by: TenantActor,
  { act, details = {} }: Pick<AuditedAct, "act" | "details">,
): Promise<void> {
  await audit.record(tenant, { act, actor: actorIn(by), details });
  if (by === "command" || by.account === null) return;
  const [actor, subject] = [{ account: by.account }, { tenant: tenant.slug }];
  await audit.record(by.tenant, { act, actor, subject, details });
}

/** What the log of the tenant itself calls whoever did it. */
export function actorIn(by: TenantActor): AuditActor {
  return by === "command" ? by : "platform";
}
