import { setTimeout as sleep } from "node:timers/promises";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { type Audience } from "../../datasources/catalog/audience.js";
import { CallLog } from "../../datasources/core/store-request.js";
import { openStores, type Stores } from "../../datasources/stores/stores.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { checkProjection } from "../../datasources/projection/check/check-projection.js";
import { projecting } from "../../datasources/projection/following/drain.js";
import { startProjector, type Projector } from "../../datasources/projection/following/projector.js";
import { createTestTenant } from "../support/stores.js";
import { named, titleBody } from "../support/titles.js";
import { testAccountKeys } from "../../scripts/test-keys.js";

const { POSTGRES_URL = "", MONGODB_URL = "", OPENSEARCH_URL = "", NEO4J_URL = "" } = process.env;
const everyone: Audience = { country: "US", maturityLimit: 18, editor: false, now: new Date() };
const TITLES = 300;
const idOf = (n: number) => `t${String(n).padStart(4, "0")}`;
const body = (n: number, edition = 0) =>
  titleBody({
    id: idOf(n),
    name: `Harbour ${n}`,
    synopsis: `Edition ${edition}`,
    credits: [{ role: "ACTOR", character: null, person: named(`Actor ${n % 40} ${edition % 2}`) }],
  });
const address = (url: string) => (url ? { url, caFile: undefined } : null);

describe.skipIf(!POSTGRES_URL)("A rebuild beside writers and readers", () => {
  let stores: Stores;
  let tenant: Tenant;
  let projector: Projector;

  beforeAll(async () => {
    stores = await openStores({
      accountKeys: testAccountKeys,
      postgresUrl: POSTGRES_URL,
      engines: {
        mongodb: address(MONGODB_URL),
        opensearch: address(OPENSEARCH_URL),
        neo4j: address(NEO4J_URL),
        deadlineMs: 5_000,
      },
      dataFolder: "/nonexistent",
      log: () => {},
    });
    tenant = await createTestTenant(stores);
    for (const target of stores.projections) {
      await target.prepare();
      if (!target.embedded) await target.rebuild(tenant);
    }
    const versions = Array.from({ length: TITLES }, (_, n) => ({ body: body(n), effectiveFrom: null }));
    await projecting(stores, tenant, () => stores.titleVersions.append(tenant, versions));
    projector = await startProjector(stores);
  });
  afterAll(async () => {
    await projector.stop();
    await stores.close();
  });

  it.each([
    "catalog.postgres",
    "search.postgres",
    "catalog.mongodb",
    "search.opensearch",
    "recommendations.neo4j",
  ])(
    "%s: no title is ever gone, and nothing written meanwhile is lost",
    async (name) => {
      const target = stores.projections.find((each) => each.name === name);
      if (!target) return expect(stores.projections.map((each) => each.name)).not.toContain(name);
      const request = () => ({ tenant, calls: new CallLog() });
      let running = true;
      let edition = 0;
      let reads = 0;
      const gaps: string[] = [];
      const writer = (async () => {
        while (running) {
          edition += 1;
          const n = edition % TITLES;
          await stores.titleVersions.append(tenant, [{ body: body(n, edition), effectiveFrom: null }]);
        }
      })();
      const reader = (async () => {
        const ids = Array.from({ length: TITLES }, (_, n) => idOf(n));
        while (running) {
          const found = await stores.catalog.titlesByIds(request(), ids);
          if (found.size !== TITLES) gaps.push(`${found.size} titles`);
          const query = {
            text: "harbour",
            filter: {},
            limit: 1,
            wants: { total: true, facets: false, highlights: false, didYouMean: false },
          };
          const { total } = await stores.search.search(request(), everyone, query);
          if (total !== TITLES) gaps.push(`${total} hits`);
          reads += 1;
          // The pace of somebody who reads.
          await sleep(20);
        }
      })();
      await target.rebuild(tenant);
      await target.rebuild(tenant);
      // A small catalogue is rebuilt before a cold engine has answered twice.
      await expect.poll(() => Math.min(reads, edition), { timeout: 60_000 }).toBeGreaterThanOrEqual(2);
      running = false;
      await Promise.all([writer, reader]);
      expect(gaps).toEqual([]);
      for (const each of stores.projections) {
        const differences: unknown[] = [];
        await checkProjection(stores, each, tenant, { onDifference: (one) => differences.push(one) });
        expect(differences, each.name).toEqual([]);
      }
    },
    120_000,
  );
});
