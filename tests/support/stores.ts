import { randomBytes } from "node:crypto";

import { inject } from "vitest";

import { type ViewerKey } from "../../datasources/accounts/accounts.js";
import { openStores, type Stores } from "../../datasources/stores/stores.js";
import { CallLog, type StoreRequest } from "../../datasources/core/store-request.js";
import { PATIENT_DEADLINE_MS } from "./patience.js";
import { type Tenant, type TenantTier } from "../../datasources/core/tenant.js";
import { type KeyService } from "../../packages/envelope/index.js";
import { testAccountKeys } from "../../scripts/test-keys.js";

/** Opens every domain on a PostgreSQL, that of this run unless another is given. To be closed. */
export function openTestStores(
  postgresUrl = inject("postgresUrl"),
  accountKeys: KeyService = testAccountKeys,
): Promise<Stores> {
  const engines = { mongodb: null, opensearch: null, neo4j: null, deadlineMs: PATIENT_DEADLINE_MS };
  return openStores({
    accountKeys,
    postgresUrl,
    engines,
    dataFolder: "/nonexistent",
    log: () => {},
  });
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

/** Signs a profile in; answers what a token would name. */
export async function signedIn(
  stores: Pick<Stores, "sessions">,
  tenant: Tenant,
  account: string | null,
  profile: string,
): Promise<ViewerKey> {
  const opened = await stores.sessions.open(tenant, {
    tokenHash: randomBytes(8).toString("hex"),
    accountId: account,
    profileId: profile,
    expiresAt: "2200-01-01T00:00:00Z",
    openedBy: null,
    device: null,
    country: null,
    prolongable: true,
  });
  return { account, profile, session: opened?.id ?? null };
}
