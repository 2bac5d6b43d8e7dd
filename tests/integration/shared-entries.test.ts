import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { audienceKey } from "../../datasources/catalog/audience.js";
import { type TitleQuery } from "../../datasources/catalog/catalog.js";
import { type StoreRequest } from "../../datasources/core/store-request.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { document, firstPage, viewer } from "../contract/catalog-model.js";
import { use, useStores, useSuperuser } from "../support/fixtures.js";
import { hasRedis, startRedis, useRedis } from "../support/redis.js";
import { createTestTenant, openKeptStores, type KeptStores } from "../support/stores.js";
import { audiences, changesBy, everything, keptRequest as request, TITLES } from "./kept-catalog-support.js";

/*
 * What gateways keep for each other. Those of a test open stores of their own, with nothing in memory but what the test
 * has them read.
 */

const LIST: TitleQuery = {
  filter: {},
  order: { field: "NAME", direction: "ASC" },
  page: firstPage(10),
};
const operations = ({ calls }: StoreRequest) => calls.calls.map(({ operation }) => operation);

describe.runIf(hasRedis)("what is kept for others", () => {
  const redis = useRedis();
  /** What always asks its store, and writes. */
  const plain = useStores();
  const superuser = useSuperuser("shared");
  const here = use(() => opened());
  /** Hardly keeps anything itself. */
  const there = use(() => opened({ maxBytes: 40_000 }));

  const opened = (options: Parameters<typeof openKeptStores>[0] = {}) =>
    openKeptStores({ redis: redis.url, ...options });

  async function filledTenant(titles = TITLES): Promise<Tenant> {
    const tenant = await createTestTenant(plain);
    await plain.catalogProjection.put(tenant, titles);
    return tenant;
  }
  /** A request that has looked, as one does that asks for its viewer. */
  async function looked(stores: KeptStores, tenant: Tenant): Promise<StoreRequest> {
    const asks = request(tenant);
    stores.looking.begin(asks);
    await asks.seen?.of("catalog").looking(`${tenant.id}.${tenant.epoch}`);
    return asks;
  }
  const settled = ({ shared }: KeptStores) => shared!.entries.settle();

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
          expect(await everything(here.catalog, await looked(here, tenant), audience)).toEqual(expected);
          await settled(here);
          for (const { catalog } of [there, here, there])
            expect(await everything(catalog, request(tenant), audience)).toEqual(expected);
          expect(await everything(there.catalog, await looked(there, tenant), audience)).toEqual(expected);
        },
      ),
      { numRuns: 25 },
    );
    expect(there.shared!.entries.figures.hits).toBeGreaterThan(100);
    expect(there.shared!.entries.figures.broken).toBe(0);
  });

  it("costs a gateway that has just started a look, and no row of what another has read", async () => {
    const tenant = await filledTenant();
    const expected = await everything(here.catalog, await looked(here, tenant), viewer);
    await settled(here);
    const young = await opened();
    const asks = await looked(young, tenant);
    expect(await everything(young.catalog, asks, viewer)).toEqual(expected);
    expect(operations(asks)).toEqual(["catalog.stamp"]);
    expect([...asks.calls.kept.keys()]).toHaveLength(8);
    // From then on it is like what was kept there.
    const { hits } = young.shared!.entries.figures;
    expect(await everything(young.catalog, await looked(young, tenant), viewer)).toEqual(expected);
    expect(young.shared!.entries.figures.hits).toBe(hits);
    await young.close();
  });

  it("is never older than what was committed before somebody asked", async () => {
    const tenant = await filledTenant([document({ id: "t", name: "0" })]);
    let committed = 1;
    let writing = true;
    const write = async () => {
      for (let revision = 2; revision <= 60; revision += 1) {
        await plain.catalogProjection.put(tenant, [document({ id: "t", name: `${revision}`, revision })]);
        committed = revision;
      }
    };
    const shadows = await Promise.all([opened({ shadow: true }), opened({ shadow: true })]);
    const read = async (stores: KeptStores) => {
      while (writing) {
        const least = committed;
        const asks = await looked(stores, tenant);
        const [titles, lists] = await Promise.all([
          stores.catalog.titlesByIds(asks, ["t"]),
          stores.catalog.titles(asks, viewer, [LIST]),
        ]);
        expect(titles.get("t")?.revision).toBeGreaterThanOrEqual(least);
        expect(lists[0]?.rows[0]?.title.revision).toBeGreaterThanOrEqual(least);
      }
    };
    const reading = [here, there, ...shadows, here, there].map(read);
    await write().finally(() => (writing = false));
    await Promise.all(reading);
    for (const shadow of shadows) {
      expect(shadow.memory.figures.differences).toBe(0);
      await shadow.close();
    }
  });

  it("is compared by shadows, those of other processes too", async () => {
    const tenant = await filledTenant();
    const shadows = await Promise.all([opened({ shadow: true }), opened({ shadow: true })]);
    const [one, other] = shadows;
    await everything(one.catalog, request(tenant), viewer);
    await settled(one);
    await everything(other.catalog, request(tenant), viewer);
    expect(other.memory.figures.compared).toBeGreaterThan(30);
    expect(other.memory.figures).toMatchObject({ hits: 0, differences: 0 });
    for (const shadow of shadows) await shadow.close();
  });

  it("is another audience's never, nor another tenant's", async () => {
    const tenant = await filledTenant();
    const other = await filledTenant([document({ id: "t001", name: "Another" })]);
    await everything(here.catalog, await looked(here, tenant), { ...viewer, editor: true });
    await settled(here);
    for (const audience of [viewer, { ...viewer, maturityLimit: 7 }, { ...viewer, country: "GB" }])
      for (const asked of [tenant, other])
        expect(await everything(there.catalog, await looked(there, asked), audience)).toEqual(
          await everything(plain.catalog, request(asked), audience),
        );
  });

  it("costs a thousand equal requests of a gateway that has just started one look, and one store call where nothing is known", async () => {
    const tenant = await filledTenant();
    const young = await opened();
    const thousand = async () => {
      const asks = Array.from({ length: 1_000 }, () => request(tenant));
      const looking = { ...request(tenant), calls: asks[0]!.calls };
      young.looking.begin(looking);
      await looking.seen?.of("catalog").looking(`${tenant.id}.${tenant.epoch}`);
      const ofOne = asks.map((each) => ({ ...each, seen: looking.seen }));
      await Promise.all(ofOne.map((each) => young.catalog.titles(each, viewer, [LIST])));
      return asks.flatMap(operations);
    };
    expect(await thousand()).toEqual(["catalog.stamp", "catalog.stamp + catalog.titles"]);
    await settled(young);
    await young.close();
    const next = await opened();
    const asks = await looked(next, tenant);
    await Promise.all(Array.from({ length: 1_000 }, () => next.catalog.titles(asks, viewer, [LIST])));
    expect(operations(asks)).toEqual(["catalog.stamp"]);
    await next.close();
  });

  it("says nothing to whoever has no key to it, and is nothing that they could make", async () => {
    const own = await startRedis();
    const [one, stranger] = await Promise.all([
      openKeptStores({ redis: own.url }),
      openKeptStores({ redis: own.url, secret: "another deployment's" }),
    ]);
    const tenant = await filledTenant();
    await everything(one.catalog, await looked(one, tenant), viewer);
    await settled(one);
    const all = await own.all();
    for (const [name, sealed] of all) {
      expect(name).toMatch(
        new RegExp(`^marquee:[\\w-]{12}:${tenant.id}\\.${tenant.epoch}:[0-9a-f-]{36}:[\\w-]{22}$`),
      );
      for (const said of [tenant.slug, "zebra", "Universal", "t001"])
        expect(`${name} ${sealed.toString("latin1")}`).not.toContain(said);
    }
    const expected = await everything(plain.catalog, request(tenant), viewer);
    expect(await everything(stranger.catalog, await looked(stranger, tenant), viewer)).toEqual(expected);
    expect(stranger.shared!.entries.figures).toMatchObject({ hits: 0, broken: 0 });
    await settled(stranger);
    const { size } = new Map([...(await own.all())].filter(([name]) => !all.has(name)));
    expect(size).toBe(all.size);
    await one.close();
    await stranger.close();
    await own.close();
  });

  it("is taken for nothing else, whatever becomes of it where it lies", async () => {
    const own = await startRedis();
    const tenant = await filledTenant();
    const expected = await everything(plain.catalog, request(tenant), viewer);
    const one = await openKeptStores({ redis: own.url });
    await everything(one.catalog, await looked(one, tenant), viewer);
    await settled(one);
    const all = [...(await own.all())];
    const harms: Record<string, (value: Buffer, at: number) => Buffer> = {
      "each has what belongs to another": (_, at) => all[(at + 1) % all.length]![1],
      "a bit is another one": (value) =>
        Buffer.from(value.with(value.length >> 1, value[value.length >> 1]! ^ 1)),
      "the end is missing": (value) => value.subarray(0, -1),
      "there is nothing": () => Buffer.alloc(0),
      "it is text": () => Buffer.from('[null,null,{"name":"Mine"}]'),
    };
    for (const [harm, by] of Object.entries(harms)) {
      for (const [at, [name, value]] of all.entries()) await own.set(name, by(value, at));
      const young = await openKeptStores({ redis: own.url });
      expect(await everything(young.catalog, await looked(young, tenant), viewer), harm).toEqual(expected);
      expect(young.shared!.entries.figures, harm).toMatchObject({ hits: 0 });
      expect(young.shared!.entries.figures.broken, harm).toBeGreaterThan(30);
      await young.close();
    }
    await one.close();
    await own.close();
  });

  it("is over with the placement of a tenant, and with a tenant", async () => {
    const tenant = await filledTenant();
    const of = { apart: audienceKey(viewer) };
    await here.catalog.titlesByIds({ ...(await looked(here, tenant)), ...of }, ["t001"]);
    await settled(here);
    const names = [...(await redis.all()).keys()].filter((name) =>
      name.includes(`:${tenant.id}.${tenant.epoch}:`),
    );
    expect(names).not.toEqual([]);
    const moved = { ...tenant, epoch: tenant.epoch + 1 };
    const { hits } = here.shared!.entries.figures;
    const found = await here.shared!.entries.find(`${moved.id}.${moved.epoch}`, names[0]!.split(":")[3]!, [
      `title ${of.apart} t001`,
    ]);
    expect([found, here.shared!.entries.figures.hits]).toEqual([[undefined], hits]);
  });
});
