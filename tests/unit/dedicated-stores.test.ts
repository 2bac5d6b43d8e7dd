import { setTimeout as sleep } from "node:timers/promises";

import { expect, it, onTestFinished } from "vitest";

import { type Tenant } from "../../datasources/core/tenant.js";
import { type OwnDeployment } from "../../datasources/stores/deployment.js";
import { DedicatedStores } from "../../datasources/stores/dedicated-stores.js";

/** Servers of tenants' own, of which only the opening is looked at. */
function opening(open: (tenant: Tenant) => Promise<unknown>): DedicatedStores {
  const stores = new DedicatedStores(
    (tenant) => open(tenant).then(() => ({ close: () => Promise.resolve() }) as unknown as OwnDeployment),
    { most: 100, idleMs: 60_000 },
    () => {},
  );
  onTestFinished(() => stores.close());
  return stores;
}

function tenantOf(id: number): Tenant {
  const postgres = `postgres://there/tenant${id}`;
  return {
    id,
    slug: `tenant${id}`,
    tier: "DEDICATED",
    epoch: 1,
    servers: { postgres, mongodb: null, opensearch: null, neo4j: null },
  } as Tenant;
}

const tenants = Array.from({ length: 20 }, (_, n) => tenantOf(n));

it("opens those that are asked for together a few at a time", async () => {
  let [now, most] = [0, 0];
  const stores = opening(async () => {
    most = Math.max(most, (now += 1));
    await sleep(2);
    now -= 1;
  });
  await Promise.all(tenants.map((tenant) => stores.at(tenant)));
  expect(stores.size).toBe(20);
  expect(most).toBe(2);
});

it("opens others beside those that do not answer", async () => {
  const silent: (() => void)[] = [];
  const stores = opening(({ id }) => (id < 4 ? new Promise<void>((end) => silent.push(end)) : sleep(0)));
  for (const tenant of tenants.slice(0, 4)) void stores.at(tenant);
  await stores.at(tenants[4]!);
  expect(stores.opened(tenants[4]!)).toBeDefined();
  expect(stores.opened(tenants[0]!)).toBeUndefined();
  for (const end of silent) end();
});
