import { noteTenantAct, type TenantActor } from "../audit/tenant-acts.js";
import { type Tenant } from "../core/tenant.js";
import { type NewTenant } from "../core/tenants.js";
import { type Stores } from "./stores.js";
import { type Removal } from "./tenant-removal.js";

type Noting = Pick<Stores, "tenants" | "audit">;
const ACTS = { ACTIVE: "TENANT_RESUMED", SUSPENDED: "TENANT_SUSPENDED" } as const;

/** Makes a tenant, and notes who did. @throws Refusal DOMAIN_TAKEN, and of servers of its own what is wrong with them. */
export async function createNoted(
  { tenants, audit }: Noting,
  wanted: NewTenant,
  by: TenantActor,
): Promise<Tenant> {
  const tenant = await tenants.create(wanted);
  await noteTenantAct(audit, tenant, by, { act: "TENANT_CREATED", details: { tier: tenant.tier } });
  return tenant;
}

/** Serves a tenant no more, or again, and notes who did. */
export async function setStateNoted(
  { tenants, audit }: Noting,
  tenant: Tenant,
  state: keyof typeof ACTS,
  by: TenantActor,
): Promise<Tenant> {
  const changed = await tenants.setState(tenant, state);
  await noteTenantAct(audit, changed, by, { act: ACTS[state] });
  return changed;
}

/** Deletes a tenant, and notes who did while there is a log: it goes with the tenant, unless that is stopped on the way. */
export async function removeNoted(
  { removeTenant, audit }: Pick<Stores, "removeTenant" | "audit">,
  tenant: Tenant,
  by: TenantActor,
): Promise<Removal> {
  // One that is being deleted takes no write any more, and has it noted.
  if (tenant.state !== "DELETING") await noteTenantAct(audit, tenant, by, { act: "TENANT_DELETED" });
  return removeTenant(tenant);
}
