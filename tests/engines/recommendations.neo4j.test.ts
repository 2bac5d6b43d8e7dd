import { createServer, type AddressInfo, type Socket } from "node:net";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { type Neo4jStore } from "../../datasources/engines/neo4j/store.neo4j.js";
import { PostgresStore } from "../../datasources/engines/postgres/store.postgres.js";
import { Neo4jRecommendations } from "../../datasources/recommendations/neo4j/recommendations.neo4j.js";
import { PostgresRecommendations } from "../../datasources/recommendations/postgres/recommendations.postgres.js";
import { PostgresTasteGraphSource } from "../../datasources/recommendations/postgres/taste-graph-source.postgres.js";
import { tasteFacts } from "../../datasources/recommendations/taste-graph-source.js";
import { Neo4jTasteEngine } from "../../datasources/recommendations/neo4j/taste-engine.neo4j.js";
import { TasteGenerations } from "../../datasources/recommendations/taste-generations.js";
import { StoreAbortedError, StoreUnavailableError } from "../../datasources/core/store-error.js";
import { applicationUrl, openStores } from "../../datasources/stores/stores.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { recommendationsContract } from "../contract/recommendations.cases.js";
import { tasteGraphContract } from "../contract/recommendations-replace.cases.js";
import { graph, MODEL, watch } from "../contract/recommendations-support.js";
import { PATIENT_DEADLINE_MS } from "../support/patience.js";
import { testRequest } from "../support/stores.js";
import { layWire, type Wire } from "../support/wire.js";
import { openLedger } from "./ledger-support.js";
import {
  DEADLINE_MS,
  neo4jUrl,
  newTenant,
  openNeo4j,
  openStore,
  type Neo4jUnderTest,
} from "./recommendations-neo4j-support.js";
import { testAccountKeys } from "../../scripts/test-keys.js";

const postgresUrl = process.env["MARQUEE_TEST_POSTGRES_URL"] ?? process.env["POSTGRES_URL"] ?? "";
if (!neo4jUrl()) console.warn("NOT RUN: recommendations on Neo4j, because NEO4J_URL is not set");
if (!postgresUrl) console.warn("NOT RUN: Neo4j beside a seeded PostgreSQL, because POSTGRES_URL is not set");

describe.skipIf(!neo4jUrl())("with a server", () => {
  recommendationsContract("Neo4j", () => openNeo4j("SHARED"));
  recommendationsContract("Neo4j, isolated tenants", () => openNeo4j("ISOLATED"));
  tasteGraphContract("Neo4j", () => openNeo4j("SHARED"));
});

describe.skipIf(!neo4jUrl())("Neo4j over a wire", () => {
  let neo4j: Neo4jUnderTest;
  let tenant: Tenant;
  let wire: Wire;
  beforeAll(async () => {
    neo4j = await openNeo4j();
    tenant = await neo4j.createTenant();
    const people = Array.from({ length: 1_500 }, (_, at) => `p${at}`);
    await neo4j.ingest(
      tenant,
      people.map((id) => watch(id, "a", "2026-05-01T10:00:00Z")),
    );
    await neo4j.tasteGraph.replace(tenant, graph("a b 1\na c 0.5\nb c 1"), MODEL);
    wire = await layWire(neo4jUrl());
  });
  afterAll(async () => {
    await wire.close();
    await neo4j.close();
  });

  it("asks once for a batch, however many keys and answers it has", async () => {
    const store = openStore({ deadlineMs: 20_000 }, wire.url);
    const recommendations = new Neo4jRecommendations(store, neo4j.tasteGraph);
    const ask = async (keys: number) => {
      const profiles = Array.from({ length: keys }, (_, at) => `p${at}`);
      const before = wire.roundTrips();
      const request = testRequest(tenant);
      expect((await recommendations.forProfiles(request, profiles, 10)).size).toBe(keys);
      expect(request.calls.calls).toMatchObject([{ store: "NEO4J", uniqueKeys: keys, rows: keys * 2 }]);
      return wire.roundTrips() - before;
    };
    await ask(1);
    expect([await ask(1), await ask(20), await ask(1_500)]).toEqual([1, 1, 1]);
    const before = wire.roundTrips();
    await recommendations.similarTo(testRequest(tenant), ["a", "b", "a", "unknown"], 10);
    expect(wire.roundTrips() - before).toBe(1);
    await store.close();
  });

  it("asks nothing for no keys", async () => {
    const store = openStore({}, wire.url);
    const before = wire.connections();
    await new Neo4jRecommendations(store, neo4j.tasteGraph).forProfiles(testRequest(tenant), [], 10);
    expect(wire.connections()).toBe(before);
    await store.close();
  });

  it("costs its own fields only while it is cut off, and comes back by itself", async () => {
    const store = openStore({}, wire.url);
    const ask = () =>
      new Neo4jRecommendations(store, neo4j.tasteGraph)
        .similarTo(testRequest(tenant), ["a"], 10)
        .then(({ size }) => size);
    expect(await ask()).toBe(1);
    await wire.cut();
    for (let call = 0; call < 8; call++) {
      const started = performance.now();
      await expect(ask()).rejects.toThrow(StoreUnavailableError);
      expect(performance.now() - started).toBeLessThan(2 * DEADLINE_MS + 500);
    }
    expect(store.guard.state).toBe("OPEN");
    await wire.mend();
    await expect.poll(() => ask().catch(() => 0), { timeout: 20_000 }).toBe(1);
    expect(store.guard.state).toBe("CLOSED");
    await store.close();
  });

  it("is unavailable, not broken, when nothing listens", async () => {
    const store = openStore({ deadlineMs: 500 }, "bolt://127.0.0.1:9");
    await expect(ask(store)).rejects.toThrow(StoreUnavailableError);
    await expect(store.write(ONE, 500)).rejects.toThrow(StoreUnavailableError);
    await expect(store.ping()).rejects.toThrow();
    await store.close();
  });

  it("is unavailable within the deadline when the server accepts and does not answer", async () => {
    const sockets: Socket[] = [];
    const frozen = createServer((socket) => sockets.push(socket));
    await new Promise<void>((resolve) => frozen.listen(0, "127.0.0.1", resolve));
    const store = openStore(
      { deadlineMs: 500 },
      `bolt://127.0.0.1:${(frozen.address() as AddressInfo).port}`,
    );
    const started = performance.now();
    await Promise.all([
      expect(ask(store)).rejects.toThrow(StoreUnavailableError),
      expect(store.write(ONE, 300)).rejects.toThrow(StoreUnavailableError),
      expect(store.ping()).rejects.toThrow(),
    ]);
    expect(performance.now() - started).toBeLessThan(2_500);
    for (const socket of sockets) socket.destroy();
    frozen.close();
    await store.close();
  });
  const ONE = { text: "RETURN 1 AS one", parameters: {} };
  const ask = (store: Neo4jStore) =>
    new Neo4jRecommendations(store, neo4j.tasteGraph).similarTo(testRequest(tenant), ["a"], 1);
});

describe.skipIf(!neo4jUrl())("a read that takes too long", () => {
  let marker = 0;
  const call = { operation: "slow", uniqueKeys: 1, rowsOf: () => 0 };
  const slow = () => {
    marker = Math.floor(Math.random() * 1e9);
    return { text: `UNWIND range(1, 100000000000) AS n RETURN sum(n) AS a${marker}`, parameters: {} };
  };
  const running = async (store: ReturnType<typeof openStore>) => {
    const text =
      "SHOW TRANSACTIONS YIELD currentQuery WHERE currentQuery CONTAINS $needle RETURN currentQuery";
    const parameters = { needle: `AS a${marker}` };
    return (await store.write({ text, parameters }, 10_000)).length;
  };

  it("ends at its deadline, here and on the server", async () => {
    const store = openStore({ deadlineMs: 700 });
    const started = performance.now();
    await expect(store.read(testRequest(newTenant()), call, slow())).rejects.toThrow(StoreUnavailableError);
    expect(performance.now() - started).toBeLessThan(2_000);
    await expect.poll(() => running(store), { timeout: 10_000 }).toBe(0);
    await store.close();
  });

  it("ends when its request does, here and on the server", async () => {
    const store = openStore({ deadlineMs: 60_000 });
    await store.ping();
    const given = new AbortController();
    const reading = store.read({ ...testRequest(newTenant()), signal: given.signal }, call, slow());
    const ended = expect(reading).rejects.toThrow(StoreAbortedError);
    await expect.poll(() => running(store), { timeout: 10_000 }).toBe(1);
    const aborted = performance.now();
    given.abort();
    await ended;
    expect(performance.now() - aborted).toBeLessThan(500);
    await expect.poll(() => running(store), { timeout: 10_000 }).toBe(0);
    await store.close();
  });

  it("is no failure of the store when clients go away", async () => {
    const store = openStore({ deadlineMs: 60_000 });
    await store.ping();
    for (let client = 0; client < 8; client++) {
      const signal = AbortSignal.timeout(60);
      await expect(store.read({ ...testRequest(newTenant()), signal }, call, slow())).rejects.toThrow(
        StoreAbortedError,
      );
    }
    expect(store.guard.state).toBe("CLOSED");
    await store.close();
  });
});

describe("the address of a Neo4j server", () => {
  it("is refused where it cannot be meant, without telling the password", () => {
    const open = (url: string, caFile?: string) => () => openStore({ caFile }, url);
    expect(open("http://neo4j:secret@127.0.0.1:7474")).toThrow(
      /^A Neo4j URL starts with bolt:\/\/ or neo4j:\/\/, found http:\/\/$/,
    );
    expect(open("bolt://neo4j:secret@127.0.0.1", "/nonexistent/ca.pem")).toThrow("/nonexistent/ca.pem");
  });
});

describe.skipIf(!neo4jUrl() || !postgresUrl)("Neo4j beside PostgreSQL", () => {
  it("answers what the embedded adapter answers, for profiles all over the demo tenant", async () => {
    const postgres = new PostgresStore(
      await applicationUrl(postgresUrl),
      () => undefined,
      PATIENT_DEADLINE_MS,
    );
    const source = new PostgresTasteGraphSource(postgres);
    const store = openStore({ deadlineMs: 60_000 });
    const meridian = await tenantOf("meridian");
    const copy = newTenant();
    const ledger = openLedger();
    const tasteGraph = new TasteGenerations(new Neo4jTasteEngine(store), ledger, source);
    await tasteGraph.prepare();
    await tasteGraph.rebuild(copy, tasteFacts(source, meridian));
    const profiles = new Set<string>();
    let watches = 0;
    for await (const batch of source.watches(meridian)) {
      watches += batch.length;
      for (const { profileId } of batch) profiles.add(profileId);
    }
    expect(profiles.size).toBeGreaterThan(100);
    const edges = (await source.model(meridian))!.edges;
    expect(await source.count(meridian)).toBe(watches + edges);

    const pairs = {
      real: new Neo4jRecommendations(store, tasteGraph),
      embedded: new PostgresRecommendations(postgres),
    };
    const titles = new Set<string>();
    const asked = [...profiles].filter((_, at) => at % 3 === 0);
    for (const batch of inBatches(asked, 50)) {
      const expected = await pairs.embedded.forProfiles(testRequest(meridian), batch, 100);
      const found = await pairs.real.forProfiles(testRequest(copy), batch, 100);
      expectSame(found, expected);
      for (const { titleId } of [...expected.values()].flat()) titles.add(titleId);
    }
    for (const batch of inBatches([...titles], 200)) {
      const expected = await pairs.embedded.similarTo(testRequest(meridian), batch, 50);
      expectSame(await pairs.real.similarTo(testRequest(copy), batch, 50), expected);
    }
    await tasteGraph.remove(copy);
    await Promise.all([store.close(), postgres.close(), ledger.close()]);
  }, 300_000);
});

async function tenantOf(slug: string): Promise<Tenant> {
  const stores = await openStores({
    accountKeys: testAccountKeys,
    postgresUrl,
    dataFolder: "/nonexistent",
    log: () => {},
  });
  const found = await stores.tenants.bySlug(slug).finally(() => stores.close());
  if (!found)
    throw new Error(`The PostgreSQL under test has no tenant ${slug}: seed it, or npm run test:engines`);
  return found;
}

function* inBatches<T>(all: readonly T[], size: number): Generator<T[]> {
  for (let start = 0; start < all.length; start += size) yield all.slice(start, start + size);
}

interface Scored {
  titleId: string;
  score: number;
  because?: string | null;
}

/**
 * The same lists in the same order. The two engines round sums of weights differently: scores may differ by 1e-6, and
 * titles or reasons whose scores are that close may stand in for each other.
 */
function expectSame(found: Map<string, Scored[]>, expected: Map<string, Scored[]>): void {
  expect([...found.keys()]).toEqual([...expected.keys()]);
  let exchanged = 0;
  let all = 0;
  for (const [key, list] of expected) {
    const other = found.get(key)!;
    expect(other.length).toBe(list.length);
    list.forEach((row, at) => {
      expect(Math.abs(other[at]!.score - row.score)).toBeLessThan(1e-6);
      if (other[at]!.titleId !== row.titleId || other[at]!.because !== row.because) exchanged += 1;
      all += 1;
    });
  }
  expect(exchanged).toBeLessThanOrEqual(all / 1_000);
}
