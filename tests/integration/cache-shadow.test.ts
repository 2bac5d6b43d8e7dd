import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { afterAll, expect, it } from "vitest";

import { type Stores } from "../../datasources/stores/stores.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { createRandom } from "../../scripts/random.js";
import { publish } from "../support/catalogue.js";
import { useDatabase } from "../support/fixtures.js";
import { sendTo, TEST_SECRET } from "../support/gateway.js";
import { freePort, killRunning, startMarquee } from "../support/process.js";
import { hasRedis, useRedis } from "../support/redis.js";
import { createTestTenant } from "../support/stores.js";
import { named, titleBody } from "../support/titles.js";

/*
 * Two gateways in shadow mode, under writes, which keep what they read for each other where there is a Redis.
 * `npm run test:cache-shadow` compares as many answers as it is told; here are a few.
 */

const leastCompared = Number(process.env.MARQUEE_TEST_SHADOW_READS ?? 3_000);
const writesPerSecond = Number(process.env.MARQUEE_TEST_SHADOW_WRITES ?? 100);
/** When it ends though fewer were compared; 0: never. Minutes. */
const mostMinutes = Number(process.env.MARQUEE_TEST_SHADOW_MINUTES ?? 0);
const TITLES = 120;
const READERS = 4;
const WRITERS = 8;
/** Requests of a reader between two looks at what has been compared. */
const LOOK_AFTER = 20;
/** Titles of a request: each is a key that is compared. */
const PAGE = 100;

const database = useDatabase();
const redis = useRedis();
const random = createRandom(1);
afterAll(killRunning);

const idOf = (n: number) => `shadow-${n % TITLES}`;
const body = (n: number, version: number) =>
  titleBody({
    id: idOf(n),
    name: `Shadow ${version} of ${n}`,
    state: version % 7 === 3 ? "DRAFT" : "PUBLISHED",
    genres: [named(`Genre ${(n + version) % 5}`)],
    releaseYear: 1990 + (version % 9),
    credits: [{ role: "DIRECTOR", character: null, person: named(`Person ${(n + version) % 7}`) }],
  });

interface Shadow {
  url: string;
  figure(this: void, name: string): Promise<number>;
  end(): Promise<unknown>;
}

async function startShadow(tenant: Tenant): Promise<Shadow> {
  const [port, operations] = [await freePort(), await freePort()];
  const folder = await mkdtemp(path.join(tmpdir(), "marquee-shadow-"));
  const gateway = startMarquee(["serve"], {
    env: {
      PORT: String(port),
      MARQUEE_OPERATIONS_PORT: String(operations),
      MARQUEE_DATA: folder,
      POSTGRES_URL: database.url,
      MARQUEE_SIGNING_KEY: TEST_SECRET,
      MARQUEE_DEFAULT_TENANT: tenant.slug,
      MARQUEE_CACHE: "shadow",
      ...(hasRedis ? { REDIS_URL: redis.url } : {}),
    },
  });
  await gateway.says("Marquee is ready");
  return {
    url: `http://127.0.0.1:${port}`,
    figure: async (name) => {
      const metrics = await (await fetch(`http://127.0.0.1:${operations}/metrics`)).text();
      return Number(new RegExp(`^marquee_${name} (\\d+)$`, "m").exec(metrics)?.[1]);
    },
    end: async () => {
      gateway.signal("SIGTERM");
      await gateway.ended();
      await rm(folder, { recursive: true });
    },
  };
}

/** Writes at a rate until it is ended: versions, which follow the outbox, how much titles are watched, and what is alike. */
async function write(stores: Stores, tenant: Tenant, isOver: () => boolean): Promise<number> {
  const begun = performance.now();
  let writes = 0;
  const writer = async () => {
    while (!isOver()) {
      const version = (writes += 1);
      await sleep(Math.max(0, begun + (version * 1_000) / writesPerSecond - performance.now()));
      const n = random.below(TITLES);
      const written = [{ body: body(n, version), effectiveFrom: null }];
      if (version % 50 === 0) await learn(stores, tenant, n);
      else if (version % 10 > 0) await stores.titleVersions.append(tenant, written);
      else await stores.catalogProjection.setPopularity(tenant, new Map([[idOf(n), random.next()]]));
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, writer));
  return writes;
}

/** Has two titles, and no others, be alike. */
function learn({ tasteGraph }: Stores, tenant: Tenant, n: number): Promise<void> {
  const weight = Float32Array.of(random.next() + 0.1, random.next() + 0.1);
  const edges = {
    titles: [idOf(n), idOf(n + 1)],
    from: Uint32Array.of(0, 1),
    to: Uint32Array.of(1, 0),
    weight,
  };
  return tasteGraph.replace(tenant, edges, {
    model: "EASE",
    learnedAt: "2026-01-01T00:00:00Z",
    titles: 2,
    edges: 2,
  });
}

const ORDERS = ["NAME", "POPULARITY", "RELEASE_YEAR", "ADDED_AT"];
const QUERIES = [
  () =>
    `{ title(id: "Title:${idOf(random.below(TITLES))}") { name genres { name } similar(first: 3) { edges { score } } }
       top10 { rank } plans { name } }`,
  () =>
    `{ titles(first: ${PAGE}, orderBy: { field: ${random.pick(ORDERS)}, direction: ASC })
       { totalCount edges { node { name releaseYear } } } }`,
  () =>
    `{ nodes(ids: [${Array.from({ length: PAGE }, (_, n) => `"Title:${idOf(n)}"`).join()}]) { id } genres { name } }`,
  () =>
    `{ person(id: "Person:${named(`Person ${random.below(7)}`).id}")
       { name titles(first: 20) { edges { node { name } } } } }`,
];

it("two gateways under writes keep nothing that PostgreSQL does not answer", async () => {
  const stores = await database.open();
  const tenant = await createTestTenant(stores);
  await publish(
    stores,
    tenant,
    Array.from({ length: TITLES }, (_, n) => body(n, 0)),
  );
  const shadows = await Promise.all([startShadow(tenant), startShadow(tenant)]);
  const total = async (name: string) =>
    (await Promise.all(shadows.map(({ figure }) => figure(name)))).reduce((sum, each) => sum + each, 0);
  let over = false;
  const read = async ({ url }: Shadow) => {
    for (let asked = 1; !over; asked += 1) {
      const ask = QUERIES[asked % QUERIES.length]!;
      const { data, errors } = await sendTo(url, ask(), {});
      expect([errors, data === undefined]).toEqual([undefined, false]);
      if (asked % LOOK_AFTER === 0)
        over ||= isLate() || (await total("cache_compared_total")) >= leastCompared;
    }
  };
  const begun = performance.now();
  const isLate = () => mostMinutes > 0 && performance.now() - begun > mostMinutes * 60_000;
  const writing = write(stores, tenant, () => over);
  const reading = shadows.flatMap((shadow) => Array.from({ length: READERS }, () => read(shadow)));
  await Promise.all(reading).finally(() => (over = true));
  const writes = await writing;
  const seconds = (performance.now() - begun) / 1_000;
  const compared = await total("cache_compared_total");
  const ofOthers = hasRedis ? await total("shared_cache_hits_total") : 0;
  const differences = await total("cache_differences_total");
  console.log(
    `${compared} answers compared in ${seconds.toFixed(0)} s under ${(writes / seconds).toFixed(0)} writes a second, ` +
      `${ofOthers} of them with what gateways keep for each other: ${differences} differences`,
  );
  expect(compared).toBeGreaterThanOrEqual(mostMinutes > 0 ? 1 : leastCompared);
  if (hasRedis) expect(ofOthers).toBeGreaterThan(0);
  expect(differences).toBe(0);
  await Promise.all(shadows.map((shadow) => shadow.end()));
}, 7_200_000);
