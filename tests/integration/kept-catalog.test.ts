import { setImmediate } from "node:timers/promises";

import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { audienceKey } from "../../datasources/catalog/audience.js";
import { type Catalog, type TitleQuery } from "../../datasources/catalog/catalog.js";
import { type StoreRequest } from "../../datasources/core/store-request.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { document, firstPage, GENRES, NOW, viewer } from "../contract/catalog-model.js";
import { use, useStores, useSuperuser } from "../support/fixtures.js";
import { createTestTenant, openKeptStores } from "../support/stores.js";
import { audiences, changesBy, everything, keptRequest, TITLES } from "./kept-catalog-support.js";

/** What always asks its store, and writes. */
const plain = useStores();
/** Two gateways, each with a memory of its own. */
const here = use(() => openKeptStores());
const there = use(() => openKeptStores());
const superuser = useSuperuser("shared");

const BY_NAME = { field: "NAME", direction: "ASC" } as const;
const LIST: TitleQuery = { filter: {}, order: BY_NAME, page: firstPage(10) };

async function filledTenant(titles = TITLES): Promise<Tenant> {
  const tenant = await createTestTenant(plain);
  await plain.catalogProjection.put(tenant, titles);
  return tenant;
}
const request = keptRequest;
const operations = ({ calls }: StoreRequest) => calls.calls.map(({ operation }) => operation);
const namesOf = (pages: Awaited<ReturnType<Catalog["titles"]>>) =>
  pages.flatMap(({ rows }) => rows.map(({ title }) => title.id));

describe("what is kept of the catalog", () => {
  it("is what the store answers, whatever has been changed by anybody in between", async () => {
    const tenant = await filledTenant();
    let revision = 1;
    await fc.assert(
      fc.asyncProperty(
        fc.array(changesBy(plain, superuser), { maxLength: 2 }),
        audiences,
        async (made, audience) => {
          for (const change of made) await change(tenant, (revision += 1));
          const expected = await everything(plain.catalog, request(tenant), audience);
          for (const { catalog } of [here, there, here])
            expect(await everything(catalog, request(tenant), audience)).toEqual(expected);
        },
      ),
      { numRuns: 60 },
    );
    expect(here.memory.figures.hits).toBeGreaterThan(here.memory.figures.misses / 2);
  });

  it("takes nothing over from a list that was kept, where the list is found anew", async () => {
    const tenant = await filledTenant();
    const of = { apart: audienceKey(viewer) };
    const [page] = await here.catalog.titles(request(tenant), viewer, [LIST]);
    const { title } = page!.rows[0]!;
    await plain.catalogProjection.put(tenant, [{ ...title, name: "Taken off", state: "DRAFT", revision: 2 }]);
    const pages = await here.catalog.titles(request(tenant), viewer, [LIST]);
    expect(namesOf(pages)).not.toContain(title.id);
    const found = await here.catalog.titlesByIds({ ...request(tenant), ...of }, [title.id]);
    expect(found.get(title.id)).toMatchObject({ name: "Taken off", state: "DRAFT", revision: 2 });
  });

  it("is never older than what was committed before somebody asked", async () => {
    const tenant = await filledTenant([document({ id: "t", name: "0" })]);
    let committed = 1;
    let reads = 0;
    const write = async () => {
      for (let revision = 2; revision <= 150; revision += 1) {
        await plain.catalogProjection.put(tenant, [document({ id: "t", name: `${revision}`, revision })]);
        committed = revision;
      }
    };
    let writing = true;
    const read = async (catalog: Catalog) => {
      while (writing) {
        const least = committed;
        const asks = request(tenant);
        const [titles, lists] = await Promise.all([
          catalog.titlesByIds(asks, ["t"]),
          catalog.titles(asks, viewer, [LIST]),
        ]);
        expect(titles.get("t")?.revision).toBeGreaterThanOrEqual(least);
        expect(lists[0]?.rows[0]?.title.revision).toBeGreaterThanOrEqual(least);
        reads += 1;
      }
    };
    const reading = [here, there, here, there].map(({ catalog }) => read(catalog));
    await write().finally(() => (writing = false));
    await Promise.all(reading);
    expect(reads).toBeGreaterThan(20);
  });

  it("costs no row until something has changed, and then what was asked at once", async () => {
    const tenant = await filledTenant();
    const ask = async () => {
      const asks = request(tenant);
      await everything(here.catalog, asks, viewer);
      return asks;
    };
    const cold = await ask();
    expect(cold.calls.calls).toHaveLength(1);
    const warm = await ask();
    expect(operations(warm)).toEqual(["catalog.stamp"]);
    expect([...warm.calls.kept.keys()]).toHaveLength(8);
    await plain.catalogProjection.setPopularity(tenant, new Map([["t001", 0.123]]));
    const changed = await ask();
    expect(changed.calls.calls).toHaveLength(2);
    expect(operations(await ask())).toEqual(["catalog.stamp"]);
    // What changes nothing leaves everything as it is.
    await plain.catalogProjection.setPopularity(tenant, new Map([["t001", 0.123]]));
    expect(operations(await ask())).toEqual(["catalog.stamp"]);
  });

  it("needs one look a request, and none where that travels with something else", async () => {
    const tenant = await filledTenant();
    await here.catalog.titles(request(tenant), viewer, [LIST]);
    const asks = request(tenant);
    here.looking.begin(asks);
    const other = plain.catalog.titlesByIds({ ...asks, calls: request(tenant).calls }, ["t001"]);
    await other;
    const pages = await here.catalog.titles(asks, viewer, [LIST]);
    await here.catalog.titlesByIds({ ...asks, apart: audienceKey(viewer) }, namesOf(pages));
    expect(operations(asks)).toEqual(["catalog.stamp"]);
  });

  it("is found anew where a licence begins or ends between two who ask", async () => {
    const ends = "2026-03-01T12:00:00.500Z";
    const own = document({
      id: "own",
      licences: [{ countries: ["US"], from: "2020-01-01T00:00:00Z", until: ends }],
    });
    const begins = document({ id: "begins", licences: [{ countries: ["US"], from: ends, until: null }] });
    const tenant = await filledTenant([own, begins]);
    const at = async (ms: number) => {
      const asks = request(tenant);
      const pages = await here.catalog.titles(asks, { ...viewer, now: new Date(NOW.getTime() + ms) }, [LIST]);
      return [...namesOf(pages), ...operations(asks)];
    };
    expect(await at(0)).toEqual(["own", "catalog.stamp + catalog.titles"]);
    expect(await at(499)).toEqual(["own", "catalog.stamp"]);
    expect(await at(500)).toEqual(["begins", "catalog.stamp + catalog.titles"]);
    expect(await at(86_400_000)).toEqual(["begins", "catalog.stamp"]);
    expect(await at(-1)).toEqual(["own", "catalog.stamp + catalog.titles"]);
  });

  it("is another audience's never, nor another tenant's", async () => {
    const tenant = await filledTenant();
    const other = await filledTenant([document({ id: "t001", name: "Another" })]);
    await everything(here.catalog, request(tenant), { ...viewer, editor: true });
    for (const audience of [viewer, { ...viewer, maturityLimit: 7 }, { ...viewer, country: "GB" }])
      for (const asked of [tenant, other])
        expect(await everything(here.catalog, request(asked), audience)).toEqual(
          await everything(plain.catalog, request(asked), audience),
        );
  });

  it("counts alike whether it was known or not, and shows in nobody's time who else has asked", async () => {
    const tenant = await filledTenant();
    const counted = async (asks: StoreRequest) => {
      await here.catalog.titlesByIds(asks, ["t001"]);
      return [asks.calls.counted, asks.calls.calls.length, asks.calls.kept.size];
    };
    const apart = audienceKey({ ...viewer, maturityLimit: 7 });
    expect(await counted(request(tenant))).toEqual([1, 1, 0]);
    expect(await counted(request(tenant))).toEqual([1, 1, 1]);
    expect(await counted({ ...request(tenant), apart })).toEqual([1, 1, 0]);
    const asks = request(tenant);
    await counted(asks);
    expect(await counted(asks)).toEqual([2, 1, 1]);
    await plain.catalogProjection.setPopularity(tenant, new Map([["t002", 0.5]]));
    expect(await counted(request(tenant))).toEqual([1, 2, 0]);
  });

  it("takes no more memory than it may, and is right where little has room", async () => {
    const small = await openKeptStores({ maxBytes: 60_000 });
    const tenant = await filledTenant();
    const expected = await everything(plain.catalog, request(tenant), viewer);
    for (let n = 0; n < 4; n += 1) {
      expect(await everything(small.catalog, request(tenant), viewer)).toEqual(expected);
      expect(small.memory.cache.report().bytes).toBeLessThanOrEqual(60_000);
    }
    expect(small.memory.cache.report().evictions).toBeGreaterThan(0);
    await small.close();
  });

  it("is the same list, as a whole, until something has changed", async () => {
    const tenant = await filledTenant();
    const ask = async () => (await here.catalog.titles(request(tenant), viewer, [LIST]))[0];
    await ask();
    const page = await ask();
    expect(await ask()).toBe(page);
    expect(Object.isFrozen(page)).toBe(true);
    await plain.catalogProjection.setPopularity(tenant, new Map([["t001", 0.77]]));
    const changed = await ask();
    expect(changed).not.toBe(page);
    expect(changed).toEqual((await plain.catalog.titles(request(tenant), viewer, [LIST]))[0]);
  });

  it("cannot be changed by who was answered", async () => {
    const tenant = await filledTenant();
    const [page] = await here.catalog.titles(request(tenant), viewer, [LIST]);
    const { title } = page!.rows[0]!;
    expect(() => Object.assign(title, { name: "Mine" })).toThrow(TypeError);
    expect(() => title.genres.push(GENRES[0]!)).toThrow(TypeError);
  });
});

describe("a thousand requests for the same that nobody has asked for yet", () => {
  const ask = (tenant: Tenant, count: number) => {
    const asks = Array.from({ length: count }, () => request(tenant));
    return { asks, pages: Promise.all(asks.map((each) => here.catalog.titles(each, viewer, [LIST]))) };
  };
  const callsOf = (asks: readonly StoreRequest[]) => asks.flatMap(operations);

  it("cost one store call where they come together", async () => {
    const tenant = await filledTenant();
    const { asks, pages } = ask(tenant, 1_000);
    const expected = await plain.catalog.titles(request(tenant), viewer, [LIST]);
    for (const page of await pages) expect(namesOf(page)).toEqual(namesOf(expected));
    expect(callsOf(asks)).toEqual(["catalog.stamp + catalog.titles"]);
  });

  it("cost one, and a look for all who come while it is under way", async () => {
    const tenant = await filledTenant();
    const first = ask(tenant, 1);
    // By then it has left.
    await setImmediate();
    await setImmediate();
    const others = ask(tenant, 999);
    await Promise.all([first.pages, others.pages]);
    expect(callsOf(first.asks)).toEqual(["catalog.stamp + catalog.titles"]);
    expect(callsOf(others.asks)).toEqual(["catalog.stamp"]);
  });

  it("are answered though the client of the first has left", async () => {
    const tenant = await filledTenant();
    const left = new AbortController();
    const first = here.catalog.titles({ ...request(tenant), signal: left.signal }, viewer, [LIST]);
    const others = ask(tenant, 20);
    left.abort();
    await expect(first).rejects.toThrow();
    const expected = namesOf(await plain.catalog.titles(request(tenant), viewer, [LIST]));
    for (const pages of await others.pages) expect(namesOf(pages)).toEqual(expected);
  });
});

describe("the shadow of a catalog", () => {
  it("answers from the store, and finds no difference while triggers do their work", async () => {
    const shadow = await openKeptStores({ shadow: true });
    const tenant = await filledTenant();
    for (let n = 0; n < 3; n += 1) await everything(shadow.catalog, request(tenant), viewer);
    expect(shadow.memory.figures).toMatchObject({ hits: 0, differences: 0 });
    expect(shadow.memory.figures.compared).toBeGreaterThan(100);
    await shadow.close();
  });

  it("counts what differs, and tells the first without what it was", async () => {
    const shadow = await openKeptStores({ shadow: true });
    const tenant = await filledTenant();
    await everything(shadow.catalog, request(tenant), viewer);
    // Past the triggers: what no writer can do.
    await superuser.query("set session_replication_role = replica");
    await superuser.query(
      `update catalog_titles set document = jsonb_set(document, '{name}', '"Harmed"') where tenant_id = $1`,
      [tenant.id],
    );
    await superuser.query("set session_replication_role = origin");
    const asks = { ...request(tenant), apart: audienceKey(viewer) };
    const answered = await shadow.catalog.titlesByIds(asks, ["t001"]);
    expect(answered.get("t001")?.name).toBe("Harmed");
    await shadow.catalog.titlesByIds(asks, ["t002"]);
    expect(shadow.memory.figures.differences).toBe(2);
    expect(shadow.warned).toEqual([expect.stringContaining("catalog.titlesByIds")]);
    expect(shadow.warned.join()).not.toContain("Harmed");
    await shadow.close();
  });
});
