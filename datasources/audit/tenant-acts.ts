import { type AuditActor } from "../core/audit-acts.js";
import { type Tenant } from "../core/tenant.js";
import { type Audit, type AuditedAct, type DeploymentAudit } from "./audit.js";

/** Who did something to a tenant: a command, or whoever runs the platform, by an account of some tenant. */
export type TenantActor = "command" | { tenant: Tenant; account: string | null };

type TenantAct = Pick<AuditedAct, "act" | "details">;

/** Where acts on tenants are noted. */
export interface TenantActLogs {
  audit: Audit;
  deploymentAudit: DeploymentAudit;
}

/**
 * Notes what was done to a tenant in the tenant's own log, which names no account of another one, what an account did in
 * the log of the account's tenant as well, and both in the deployment's.
 */
export async function noteTenantAct(
  logs: TenantActLogs,
  tenant: Tenant,
  by: TenantActor,
  { act, details = {} }: TenantAct,
): Promise<void> {
  await logs.audit.record(tenant, { act, actor: actorIn(by), details });
  await noteOutside(logs, tenant, by, { act, details });
}

/** The same but for the tenant's own log, where that has it already. */
export async function noteOutside(
  { audit, deploymentAudit }: TenantActLogs,
  { slug }: Tenant,
  by: TenantActor,
  { act, details = {} }: TenantAct,
): Promise<void> {
  const noted = { act, subject: { tenant: slug }, details };
  const actor = await actorOutside(audit, by, noted);
  await deploymentAudit.record({ ...noted, actor });
}

/** What the deployment's log calls whoever did it: as the account's tenant does, whose log has it then. */
async function actorOutside(
  audit: Audit,
  by: TenantActor,
  noted: Omit<AuditedAct, "actor">,
): Promise<AuditActor> {
  if (by === "command" || by.account === null) return actorIn(by);
  return { named: await audit.record(by.tenant, { ...noted, actor: { account: by.account } }) };
}

/** What the log of the tenant itself calls whoever did it. */
export function actorIn(by: TenantActor): AuditActor {
  return by === "command" ? by : "platform";
}
