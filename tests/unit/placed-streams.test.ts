import { setTimeout as sleep } from "node:timers/promises";

import { expect, it, onTestFinished } from "vitest";

import { type AuditLine } from "../../datasources/audit/audit.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { DedicatedStores } from "../../datasources/stores/dedicated-stores.js";
import { type Deployment, type OwnDeployment } from "../../datasources/stores/deployment.js";
import { placedDomains } from "../../datasources/stores/placed-stores.js";

const servers = { postgres: "postgres://there/own", mongodb: null, opensearch: null, neo4j: null };
const tenant = { id: 1, slug: "own", tier: "DEDICATED", epoch: 1, servers } as Tenant;

/** Servers that are closed as soon as nobody is at work, and a log there that is read slowly. */
function opening() {
  const closed: number[] = [];
  const audit = {
    async *lines(): AsyncGenerator<readonly AuditLine[]> {
      for (let read = 0; read < 3; read += 1) yield await Promise.resolve([]);
    },
  };
  const own = { audit, close: () => Promise.resolve(closed.push(1)) } as unknown as OwnDeployment;
  const dedicated = new DedicatedStores(
    () => Promise.resolve(own),
    { most: 1, idleMs: 0 },
    () => {},
  );
  onTestFinished(() => dedicated.close());
  const anything = new Proxy({} as Deployment, { get: () => audit });
  return { closed, dedicated, placed: placedDomains(anything, dedicated) };
}

it.each(["not open yet", "open"])("servers that are %s stay open while a stream is read", async (how) => {
  const { closed, dedicated, placed } = opening();
  if (how === "open") await dedicated.at(tenant);
  let parts = 0;
  for await (const lines of placed.audit.lines(tenant)) {
    expect(lines).toEqual([]);
    parts += 1;
    await sleep(1_100);
    expect(closed).toEqual([]);
  }
  expect(parts).toBe(3);
  await expect.poll(() => closed, { timeout: 5_000 }).toEqual([1]);
});

it("closes them once a reader has given a stream up", async () => {
  const { closed, placed } = opening();
  for await (const lines of placed.audit.lines(tenant)) {
    expect(lines).toEqual([]);
    break;
  }
  await expect.poll(() => closed, { timeout: 5_000 }).toEqual([1]);
});
