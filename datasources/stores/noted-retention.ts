import { type Tenant } from "../core/tenant.js";
import { type RetentionDays, type RetentionKind } from "../retention/retention.js";
import { type Stores } from "./stores.js";

/**
 * Takes away what a tenant's kinds of data have been kept for long enough, and notes how much of each; of a job that found
 * nothing, nothing.
 */
export async function enforceNoted(
  { retention, audit }: Pick<Stores, "retention" | "audit">,
  tenant: Tenant,
  days: RetentionDays,
  by: "command" | "job",
): Promise<Record<RetentionKind, number>> {
  const removed = await retention.enforce(tenant, days);
  const details = Object.fromEntries(Object.entries(removed).filter(([, entries]) => entries > 0));
  if (by === "command" || Object.keys(details).length > 0)
    await audit.record(tenant, { act: "RETENTION_ENFORCED", actor: by, details });
  return removed;
}

/** Cuts the deployment's log as those of tenants are. @returns how many entries went. */
export async function enforceOnDeployment(
  { deploymentAudit }: Pick<Stores, "deploymentAudit">,
  { audit }: RetentionDays,
): Promise<number> {
  return audit === null ? 0 : deploymentAudit.cut(audit);
}
