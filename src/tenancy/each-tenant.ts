import { type Tenant } from "../../datasources/core/tenant.js";

/**
 * Does a piece of work for each tenant, one after another. One that fails, whose server does not answer say, keeps it from
 * no other; those that are being deleted are left out.
 *
 * @param onFailed told of each that it failed for; what it throws ends all of it.
 */
export async function eachTenant(
  tenants: readonly Tenant[],
  work: (tenant: Tenant) => Promise<void>,
  onFailed: (tenant: Tenant, error: unknown) => void,
): Promise<void> {
  for (const tenant of tenants.filter(({ state }) => state !== "DELETING")) {
    try {
      await work(tenant);
    } catch (error) {
      onFailed(tenant, error);
    }
  }
}
