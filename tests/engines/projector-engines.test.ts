import { randomInt } from "node:crypto";

import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { openStores, type Stores } from "../../datasources/stores/stores.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { namesOf, type Holdings } from "../../datasources/privacy/held.js";
import {
  HELD_BY_MONGODB,
  HELD_BY_NEO4J,
  HELD_BY_OPENSEARCH,
} from "../../datasources/privacy/held-elsewhere.js";
import { startProjector, type Projector } from "../../datasources/projection/following/projector.js";
import { keepProjections } from "../../datasources/projection/targets/keeper.js";
import { PATIENCE } from "../support/patience.js";
import { everyone, textQuery } from "./opensearch-support.js";
import { keysInEngines } from "../support/held-keys.js";
import { layWire, type Wire } from "../support/wire.js";
import { createTestTenant, testRequest } from "../support/stores.js";
import { titleBody } from "../support/titles.js";
import { testAccountKeys } from "../../scripts/test-keys.js";

const { MARQUEE_ENGINES_POSTGRES_URL, POSTGRES_URL, MONGODB_URL, OPENSEARCH_URL, NEO4J_URL } = process.env;
const SERVER = MARQUEE_ENGINES_POSTGRES_URL ?? POSTGRES_URL ?? "";
const complete = [SERVER, MONGODB_URL, OPENSEARCH_URL, NEO4J_URL].every(Boolean);
if (!complete) console.warn("Not all four engines are set: the tests of projectors over engines are skipped");

describe.skipIf(!complete)("a projector over engines", () => {
  const name = `marquee_test_${randomInt(1e9)}`;
  let server: pg.Client;
  let stores: Stores;
  let tenant: Tenant;
  let projector: Projector;
  let search: Wire;

  beforeAll(async () => {
    server = new pg.Client({ connectionString: SERVER });
    await server.connect();
    await server.query(`create database ${name} template template0`);
    search = await layWire(OPENSEARCH_URL!);
    const at = (url: string) => ({ url, caFile: undefined });
    stores = await openStores({
      accountKeys: testAccountKeys,
      postgresUrl: Object.assign(new URL(SERVER), { pathname: `/${name}` }).href,
      engines: {
        mongodb: at(MONGODB_URL!),
        opensearch: at(Object.assign(new URL(OPENSEARCH_URL!), { host: new URL(search.url).host }).href),
        neo4j: at(NEO4J_URL!),
        deadlineMs: 2_000,
      },
      dataFolder: "/nonexistent",
      log: () => {},
    });
    tenant = await createTestTenant(stores);
    const keeper = await keepProjections(stores, (line) => console.warn(line));
    keeper.stop();
    projector = await startProjector(stores);
  });
  afterAll(async () => {
    await projector.stop();
    await stores.close();
    await search.close();
    await server.query(`drop database ${name} with (force)`);
    await server.end();
  });

  const write = (...titles: Parameters<typeof titleBody>[0][]) =>
    stores.titleVersions.append(
      tenant,
      titles.map((title) => ({ body: titleBody(title), effectiveFrom: null })),
    );
  const lagOf = async (target: string) => {
    const lag = (await stores.outbox.lag(tenant)).find((each) => each.target === target);
    return { left: lag?.lagEvents, parked: lag?.parked };
  };
  const caughtUp = () =>
    expect
      .poll(async () => (await stores.outbox.lag(tenant)).map(({ lagEvents }) => lagEvents), PATIENCE)
      .toEqual([0, 0, 0, 0, 0]);
  const found = async (text: string) => {
    const { hits } = await stores.search.search(testRequest(tenant), everyone, textQuery(text));
    return hits.map(({ titleId }) => titleId);
  };
  const graph = () => stores.projections.find(({ store }) => store === "NEO4J")!;
  const nodes = async () => (await graph().status(tenant)).entries;

  it("has every engine follow what is written, to be found as soon as it has been passed", async () => {
    await write({ id: "a", name: "Marigold" }, { id: "b", name: "Wisteria" });
    await caughtUp();
    expect(await found("marigold")).toEqual(["a"]);
    const request = testRequest(tenant);
    const titles = await stores.catalog.titlesByIds(request, ["a", "b"]);
    expect([...titles.keys()].sort()).toEqual(["a", "b"]);
    expect(request.calls.totals()).toEqual({ MONGODB: 1 });
  });

  it("carries watches, and lets deleted profiles and watches that are no more go", async () => {
    const event = { seconds: 60, completed: true, country: null, device: "TV", rating: null };
    const at = new Date(Date.now() - 3_600_000).toISOString();
    const before = await nodes();
    await stores.viewingIngest.ingest(tenant, [
      { ...event, id: "e1", profileId: "u1", titleId: "a", at },
      { ...event, id: "e2", profileId: "u2", titleId: "b", at },
    ]);
    await caughtUp();
    expect(await nodes()).toBe(before + 4);
    const gone = {
      topic: "PROFILE",
      entity: "u2",
      related: "",
      revision: 2,
      state: { deleted: true },
    } as const;
    await graph().apply(tenant, [gone]);
    expect(await nodes()).toBe(before + 3);
    await graph().apply(tenant, [
      { topic: "WATCH", entity: "u2", related: "b", revision: 2, state: { at, completed: true, rating: 5 } },
      { ...gone, revision: 3 },
    ]);
    expect(await nodes()).toBe(before + 3);
  });

  it("keeps the events of an engine that is away, and nobody else waits; it follows when it is back", async () => {
    await search.cut();
    await write({ id: "c", name: "Primrose" });
    for (const other of ["catalog.mongodb", "search.postgres"]) {
      await expect.poll(() => lagOf(other), PATIENCE).toEqual({ left: 0, parked: 0 });
    }
    expect(await lagOf("search.opensearch")).toEqual({ left: 1, parked: 0 });
    expect(await found("primrose")).toEqual(["c"]);
    await search.mend();
    const back = performance.now();
    await caughtUp();
    expect(performance.now() - back).toBeLessThan(5_000);
    expect(await lagOf("search.opensearch")).toEqual({ left: 0, parked: 0 });
    expect(await found("primrose")).toEqual(["c"]);
  });

  it("gives engines of people what is listed, and nothing else", async () => {
    await stores.viewingIngest.ingest(tenant, [
      {
        id: "seen",
        profileId: "somebody",
        titleId: "a",
        at: new Date(Date.now() - 60_000).toISOString(),
        seconds: 60,
        completed: false,
        country: "US",
        device: "TV",
        rating: 4,
      },
    ]);
    await caughtUp();
    const held = await keysInEngines(
      { MONGODB_URL: MONGODB_URL!, OPENSEARCH_URL: OPENSEARCH_URL!, NEO4J_URL: NEO4J_URL! },
      tenant,
    );
    const listed = { ...HELD_BY_MONGODB, ...HELD_BY_NEO4J, ...byIndex(HELD_BY_OPENSEARCH) };
    expect(Object.keys(held)).toEqual(
      expect.arrayContaining(["titles", "index titles", ":Profile", "[:WATCHED]"]),
    );
    const known = (place: string) => (listed[place] ? namesOf(listed[place]) : []);
    for (const [place, names] of Object.entries(held))
      expect(
        names.filter((name) => !known(place).includes(name)),
        place,
      ).toEqual([]);
  });

  it("parks what one engine refuses of a batch, and takes the rest of it in one request", async () => {
    await write({ id: "d", name: "Foxglove" }, { id: "e", releaseYear: "long ago" as unknown as number });
    await caughtUp();
    expect(await lagOf("search.opensearch")).toEqual({ left: 0, parked: 1 });
    expect(await found("foxglove")).toEqual(["d"]);
  });
});

function byIndex(holdings: Holdings): Holdings {
  return Object.fromEntries(Object.entries(holdings).map(([name, holding]) => [`index ${name}`, holding]));
}
