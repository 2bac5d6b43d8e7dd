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

it("stay open for as long as somebody works with them, however many others are asked for", async () => {
  const closed: number[] = [];
  const stores = new DedicatedStores(
    ({ id }) =>
      Promise.resolve({ close: () => Promise.resolve(closed.push(id)) } as unknown as OwnDeployment),
    { most: 2, idleMs: 0 },
    () => {},
  );
  onTestFinished(() => stores.close());
  const [first, second, third] = tenants as [Tenant, Tenant, Tenant];
  await stores.use(first, async () => {
    await stores.at(second);
    await stores.at(third);
    await sleep(1_500);
    expect(closed).toEqual([second.id, third.id]);
  });
  await expect.poll(() => closed, { timeout: 5_000 }).toContain(first.id);
});

it("tells of those that cannot be closed in order, and goes on", async () => {
  const warnings: string[] = [];
  const stores = new DedicatedStores(
    () =>
      Promise.resolve({ close: () => Promise.reject(new Error("It is stuck")) } as unknown as OwnDeployment),
    { most: 1, idleMs: 60_000 },
    (line) => warnings.push(line),
  );
  await stores.at(tenants[0]!);
  await stores.at(tenants[1]!);
  await expect.poll(() => warnings.join()).toContain("It is stuck");
  await stores.close().catch(() => undefined);
});
