import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";

import { MongoCatalog } from "../../datasources/catalog/mongodb/catalog.mongodb.js";
import { type TitleOrder } from "../../datasources/catalog/catalog.js";
import { type TitleFilter } from "../../datasources/catalog/title-filter.js";
import { type TitleDocument } from "../../datasources/core/title.document.js";
import { StoreAbortedError, StoreUnavailableError } from "../../datasources/core/store-error.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { document, firstPage, GENRES, PEOPLE, variedTitles, viewer } from "../contract/catalog-model.js";
import { testRequest } from "../support/stores.js";
import { MONGODB_URL, openMongo, type MongoUnderTest } from "./mongo-support.js";
import { layStallingWire } from "./stalling-wire.js";

const BY_NAME: TitleOrder = { field: "NAME", direction: "ASC" };

describe.skipIf(!MONGODB_URL)("commands of the catalog in MongoDB", () => {
  const titles = Array.from({ length: 240 }, (_, n): TitleDocument => ({
    ...variedTitles(44)[n % 44]!,
    id: `t${n}`,
    synopsis: "x".repeat(20_000),
  }));
  const editor = { ...viewer, editor: true };
  const filters: TitleFilter[] = [
    {},
    { genres: [GENRES[0]!.id] },
    { kinds: ["SERIES"] },
    { person: PEOPLE[0]!.id },
  ];
  const queriesOf = (some: TitleFilter[], limit: number) =>
    some.map((filter) => ({ filter, order: BY_NAME, page: firstPage(limit) }));
  const ids = titles.map(({ id }) => id);
  const credits = PEOPLE.map(({ id }) => ({ person: id, page: firstPage(200) }));
  let mongo: MongoUnderTest;
  let tenant: Tenant;
  let catalog: MongoCatalog;
  beforeAll(async () => {
    mongo = openMongo();
    tenant = await mongo.openTenant();
    const projection = mongo.titlesOf();
    catalog = new MongoCatalog(mongo.store, projection);
    await projection.put(tenant, titles);
  });
  afterAll(() => mongo.close());

  it.each<[string, string | string[], () => Promise<unknown>]>([
    ["titlesByIds", "find titles", () => catalog.titlesByIds(testRequest(tenant), [...ids, "missing"])],
    ["visibleTitles", "find titles", () => catalog.visibleTitles(testRequest(tenant), editor, ids)],
    ["one list", "find titles", () => catalog.titles(testRequest(tenant), editor, queriesOf([{}], 239))],
    ["lists", "aggregate titles", () => catalog.titles(testRequest(tenant), editor, queriesOf(filters, 120))],
    [
      "references",
      "aggregate titles",
      () => catalog.titleRefs(testRequest(tenant), editor, queriesOf(filters, 240)),
    ],
    ["one count", "aggregate titles", () => catalog.countTitles(testRequest(tenant), editor, [{}])],
    ["counts", "aggregate titles", () => catalog.countTitles(testRequest(tenant), editor, filters)],
    // The titles of a name are found by an index only where the name is told.
    ["genres", ["aggregate names", "aggregate titles"], () => catalog.genres(testRequest(tenant), editor)],
    [
      "names",
      "aggregate names",
      () =>
        catalog.namesByIds(
          testRequest(tenant),
          editor,
          PEOPLE.map(({ id }) => ({ type: "Person", id })),
        ),
    ],
    ["credits", "aggregate titles", () => catalog.creditsOfPeople(testRequest(tenant), editor, credits)],
  ])("are as many for %s, however much it answers", async (_name, commands, ask) => {
    await ask();
    mongo.commands.length = 0;
    await ask();
    expect(mongo.commands).toEqual([commands].flat());
  });

  it("ask what is live once a second at most, however many read at once", async () => {
    const fresh = new MongoCatalog(mongo.store, mongo.titlesOf());
    const asked = mongo.ledger.asked();
    mongo.commands.length = 0;
    await Promise.all(ids.slice(0, 20).map((id) => fresh.titlesByIds(testRequest(tenant), [id])));
    expect(mongo.ledger.asked()).toBe(asked + 1);
    expect(mongo.commands).toHaveLength(20);
  });

  it("take what looks like an operator for a value", async () => {
    for (const text of ["$ne", "$where", '{"$ne":null}', "$$ROOT", "title.$**", "/.*/"]) {
      const some: TitleFilter[] = [
        { studio: text },
        { person: text },
        { genres: [text] },
        { tags: [text] },
        { availableIn: text, studio: text },
      ];
      expect(await catalog.countTitles(testRequest(tenant), editor, some)).toEqual([0, 0, 0, 0, 0]);
      const [page] = await catalog.creditsOfPeople(testRequest(tenant), editor, [
        { person: text, page: firstPage(1) },
      ]);
      expect(page).toEqual({ rows: [], hasMore: false });
      expect(await catalog.titlesByIds(testRequest(tenant), [text])).toEqual(new Map());
    }
  });

  it("answer positions as PostgreSQL does: instants with microseconds, popularity of single precision", async () => {
    const own = await mongo.openTenant();
    await mongo
      .titlesOf()
      .put(own, [
        document({ id: "b", addedAt: "2020-01-01T00:00:00.000002Z", popularity: 1 / 3 }),
        document({ id: "a", addedAt: "2020-01-01T02:00:00.000010+02:00", popularity: 0.7 }),
        document({ id: "c", addedAt: "2020-01-01T00:00:00Z", popularity: 1 }),
      ]);
    const values = async (field: TitleOrder["field"]) => {
      const query = { filter: {}, order: { field, direction: "ASC" as const }, page: firstPage(9) };
      const [page] = await catalog.titles(testRequest(own), viewer, [query]);
      return page!.rows.map(({ position }) => [position.id, position.value]);
    };
    expect(await values("ADDED_AT")).toEqual([
      ["c", "2020-01-01T00:00:00.000000Z"],
      ["b", "2020-01-01T00:00:00.000002Z"],
      ["a", "2020-01-01T00:00:00.000010Z"],
    ]);
    expect(await values("POPULARITY")).toEqual([
      ["b", 0.33333334],
      ["a", 0.7],
      ["c", 1],
    ]);
  });

  it("end at the deadline, and with the request; both break the connection off", async () => {
    const wire = await layStallingWire(MONGODB_URL);
    const slow = new MongoCatalog(mongo.another(wire.url, 1_500), mongo.titlesOf());
    const ask = (signal?: AbortSignal) => slow.titlesByIds({ ...testRequest(tenant), signal }, ["t0"]);
    try {
      expect((await ask()).size).toBe(1);
      const idle = wire.open();
      wire.stall();
      const started = performance.now();
      await expect(ask()).rejects.toBeInstanceOf(StoreUnavailableError);
      expect(performance.now() - started).toBeGreaterThan(1_400);
      expect(performance.now() - started).toBeLessThan(4_000);
      await vi.waitFor(() => expect(wire.open()).toBeLessThan(idle));
      wire.flow();
      await vi.waitFor(async () => expect((await ask()).size).toBe(1), { timeout: 10_000 });

      const before = wire.open();
      wire.stall();
      const gone = new AbortController();
      const sent = wire.sent();
      const asked = ask(gone.signal);
      asked.catch(() => undefined);
      await vi.waitFor(() => expect(wire.sent()).toBeGreaterThan(sent));
      const aborted = performance.now();
      gone.abort();
      await expect(asked).rejects.toBeInstanceOf(StoreAbortedError);
      expect(performance.now() - aborted).toBeLessThan(1_000);
      await vi.waitFor(() => expect(wire.open()).toBeLessThan(before));
    } finally {
      await wire.close();
    }
  });

  it("fail as an outage while the server is away, and work when it is back", async () => {
    const wire = await layStallingWire(MONGODB_URL);
    const store = mongo.another(wire.url, 2_000);
    const cutOff = new MongoCatalog(store, mongo.titlesOf());
    const ask = () => cutOff.titlesByIds(testRequest(tenant), ["t0"]);
    try {
      expect((await ask()).size).toBe(1);
      wire.cut();
      for (let n = 0; n < 6; n += 1) await expect(ask()).rejects.toBeInstanceOf(StoreUnavailableError);
      expect(store.guard.state).toBe("OPEN");
      await expect(store.ping()).rejects.toThrow();
      wire.mend();
      await vi.waitFor(async () => expect((await ask()).size).toBe(1), { timeout: 20_000, interval: 200 });
      expect(store.guard.state).toBe("CLOSED");
      expect((await store.ping()).version).toMatch(/^\d+\.\d+/);
    } finally {
      await wire.close();
    }
  });
});
