import { randomBytes } from "node:crypto";

import { inject } from "vitest";

import { openStores, type Stores } from "../../datasources/stores/stores.js";
import { CallLog, type StoreRequest } from "../../datasources/core/store-request.js";
import { type Tenant, type TenantTier } from "../../datasources/core/tenant.js";

/** Opens every domain on the PostgreSQL of this run. Close it in `afterAll`. */
export function openTestStores(): Promise<Stores> {
  return openStores({ postgresUrl: inject("postgresUrl"), dataFolder: "/nonexistent", log: () => {} });
}

/** A tenant that nothing else uses. */
export function createTestTenant(stores: Stores, tier: TenantTier = "SHARED"): Promise<Tenant> {
  const slug = `test-${randomBytes(6).toString("hex")}`;
  return stores.tenants.create({ slug, name: slug, tier, defaultCountry: "US" });
}

/** A request of its own, with a log that counts its store calls. */
export function testRequest(tenant: Tenant): StoreRequest {
  return { tenant, calls: new CallLog() };
}
