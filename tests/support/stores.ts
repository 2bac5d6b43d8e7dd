import { randomBytes } from "node:crypto";

import { inject, vi } from "vitest";

import { type ViewerKey } from "../../datasources/accounts/accounts.js";
import { openStores, type Stores } from "../../datasources/stores/stores.js";
import { CallLog, type StoreRequest } from "../../datasources/core/store-request.js";
import { KeptMemory } from "../../datasources/core/kept-memory.js";
import { openSharedCache, type SharedCache } from "../../src/caching/shared-cache.js";
import { PATIENCE, PATIENT_DEADLINE_MS } from "./patience.js";
import { type Tenant, type TenantTier } from "../../datasources/core/tenant.js";
import { type KeyService } from "../../packages/envelope/index.js";
import { testAccountKeys } from "../../scripts/test-keys.js";

/** Opens every domain on a PostgreSQL, that of this run unless another is given. To be closed. */
export function openTestStores(
  postgresUrl = inject("postgresUrl"),
  accountKeys: KeyService = testAccountKeys,
  memory?: KeptMemory,
): Promise<Stores> {
  const engines = { mongodb: null, opensearch: null, neo4j: null, deadlineMs: PATIENT_DEADLINE_MS };
  return openStores({
    accountKeys,
    postgresUrl,
    engines,
    memory,
    dataFolder: "/nonexistent",
    log: () => {},
  });
}

export interface KeptStores extends Stores {
  memory: KeptMemory;
  /** What it has warned of. */
  warned: string[];
  /** What it keeps for others, where it does. */
  shared: SharedCache | undefined;
}

/**
 * The same with a memory of its own, as another gateway would have.
 *
 * @param options `redis`: URL of what it has in common with others of the same secret.
 */
export async function openKeptStores(
  options: { maxBytes?: number; shadow?: boolean; redis?: string; secret?: string } = {},
): Promise<KeptStores> {
  const warned: string[] = [];
  const memory = new KeptMemory({
    maxBytes: 16_000_000,
    listBytes: 4_000_000,
    shadow: false,
    warn: (line) => warned.push(line),
    ...options,
  });
  const { redis, secret = "what tests have in common", shadow = false } = options;
  const shared = redis === undefined ? undefined : sharedThere(redis, secret, shadow);
  if (shared) await vi.waitUntil(() => shared.values.isUp, PATIENCE);
  memory.shared = shared?.entries;
  const stores = await openTestStores(undefined, undefined, memory);
  const close = async () => {
    await shared?.stop();
    await stores.close();
  };
  return { ...stores, memory, warned, shared, close };
}

function sharedThere(url: string, secret: string, shadow: boolean): SharedCache {
  return openSharedCache({
    url,
    caFile: undefined,
    secret: new TextEncoder().encode(secret),
    // A look may take a hundredth of it.
    deadlineMs: 100 * PATIENT_DEADLINE_MS,
    shadow,
    info: () => undefined,
    warn: () => undefined,
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
    passwordHash: null,
    device: null,
    country: null,
    prolongable: true,
  });
  return { account, profile, session: opened?.id ?? null };
}
