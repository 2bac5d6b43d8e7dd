import {
  actorIn,
  noteOutside,
  noteTenantAct,
  type TenantActLogs,
  type TenantActor,
} from "../audit/tenant-acts.js";
import { StoreUnavailableError } from "../core/store-error.js";
import { type Tenant } from "../core/tenant.js";
import { type NewTenant } from "../core/tenants.js";
import { type Stores } from "./stores.js";
import { type Removal } from "./tenant-removal.js";

type Noting = Pick<Stores, "tenants"> & TenantActLogs;
const ACTS = { ACTIVE: "TENANT_RESUMED", SUSPENDED: "TENANT_SUSPENDED" } as const;

/** Makes a tenant, and notes who did. @throws Refusal TENANT_EXISTS, DOMAIN_TAKEN, and of servers of its own what is wrong with them. */
export async function createNoted(
  { tenants, ...logs }: Noting,
  wanted: NewTenant,
  by: TenantActor,
): Promise<Tenant> {
  const tenant = await tenants.create(wanted);
  await noteTenantAct(logs, tenant, by, { act: "TENANT_CREATED", details: { tier: tenant.tier } });
  return tenant;
}

/** Serves a tenant no more, or again, and notes who did. */
export async function setStateNoted(
  { tenants, ...logs }: Noting,
  tenant: Tenant,
  state: keyof typeof ACTS,
  by: TenantActor,
): Promise<Tenant> {
  const changed = await tenants.setState(tenant, state);
  const noted = { act: ACTS[state], details: {} };
  await noteOutside(logs, changed, by, noted);
  // It has come about, and the deployment's log has it: servers of the tenant's own that do not answer are no reason to fail.
  await logs.audit.record(changed, { ...noted, actor: actorIn(by) }).catch((error: unknown) => {
    if (!changed.servers || !(error instanceof StoreUnavailableError)) throw error;
  });
  return changed;
}

/**
 * Deletes a tenant, and notes who did: that it was begun in the tenant's log, which goes with it, and in the deployment's,
 * which then says that nothing is left.
 */
export async function removeNoted(
  { removeTenant, ...logs }: Pick<Stores, "removeTenant"> & TenantActLogs,
  tenant: Tenant,
  by: TenantActor,
): Promise<Removal> {
  // One that is being deleted takes no write any more, and has it noted.
  if (tenant.state !== "DELETING") await noteTenantAct(logs, tenant, by, { act: "TENANT_DELETED" });
  const removal = await removeTenant(tenant);
  const { rows, tables, engines } = removal;
  await logs.deploymentAudit.record({
    act: "TENANT_GONE",
    actor: actorIn(by),
    subject: { tenant: tenant.slug },
    details: { rows, tables, engines },
  });
  return removal;
}
