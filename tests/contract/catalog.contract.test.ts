import { describe, expect, it } from "vitest";

import { type Catalog } from "../../datasources/catalog/catalog.js";
import { type StoreRequest } from "../../datasources/core/store-request.js";
import { type TenantTier } from "../../datasources/core/tenant.js";
import { useStores } from "../support/fixtures.js";
import { createTestTenant, openKeptStores, testRequest } from "../support/stores.js";
import { catalogContract } from "./catalog.cases.js";
import { catalogCreditsContract } from "./catalog-credits.cases.js";
import { catalogListsContract } from "./catalog-lists.cases.js";
import { firstPage, variedTitles, viewer, PEOPLE, type CatalogUnderTest } from "./catalog-model.js";

const stores = useStores();

function openPostgres(tier: TenantTier): Promise<CatalogUnderTest> {
  return Promise.resolve({
    catalog: stores.catalog,
    projection: stores.catalogProjection,
    createTenant: () => createTestTenant(stores, tier),
    close: () => Promise.resolve(),
  });
}

/** Everything is asked before by somebody else, and then of what was kept: one look, and no rows. */
async function openKept(): Promise<CatalogUnderTest> {
  const kept = await openKeptStores();
  return {
    catalog: askedBefore(kept.catalog),
    projection: stores.catalogProjection,
    createTenant: () => createTestTenant(stores),
    close: async () => {
      expect(kept.memory.figures.hits).toBeGreaterThan(0);
      await kept.close();
    },
  };
}

type Method = (request: StoreRequest, ...args: never[]) => Promise<unknown>;

function askedBefore(catalog: Catalog): Catalog {
  return new Proxy(catalog, {
    get:
      (asked, name: keyof Catalog) =>
      async (request: StoreRequest, ...args: never[]) => {
        const ask = (of: StoreRequest) => (asked[name] as Method).call(asked, of, ...args);
        const first = structuredClone(await ask(testRequest(request.tenant)));
        const second = await ask(request);
        expect(second).toEqual(first);
        return second;
      },
  });
}

catalogContract("what is kept of PostgreSQL", openKept);
catalogCreditsContract("what is kept of PostgreSQL", openKept);
catalogListsContract("what is kept of PostgreSQL", openKept);
catalogContract("PostgreSQL", () => openPostgres("SHARED"));
catalogContract("PostgreSQL, isolated tenants", () => openPostgres("ISOLATED"));
catalogCreditsContract("PostgreSQL", () => openPostgres("SHARED"));
catalogListsContract("PostgreSQL", () => openPostgres("SHARED"));

describe("the catalog in PostgreSQL", () => {
  it("answers all that one level of a query asks in one round trip, and counts each key once", async () => {
    const { catalog } = stores;
    const tenant = await createTestTenant(stores);
    await stores.catalogProjection.put(tenant, variedTitles(20));
    const request = testRequest(tenant);
    const order = { field: "NAME", direction: "ASC" } as const;
    const pages = [firstPage(3), { limit: 2, fromEnd: true }];
    const credits = pages.map((page) => ({ person: PEOPLE[0]!.id, page }));
    const [titles, , lists, counts, , , credited] = await Promise.all([
      catalog.titlesByIds(request, ["t000", "t001"]),
      catalog.visibleTitles(request, viewer, ["t000"]),
      catalog.titles(request, viewer, [{ filter: {}, order, page: firstPage(5) }]),
      catalog.countTitles(request, viewer, [{}, { kinds: ["MOVIE"] }]),
      catalog.genres(request, viewer),
      catalog.namesByIds(request, viewer, [{ type: "Person", id: PEOPLE[0]!.id }]),
      catalog.creditsOfPeople(request, viewer, credits),
    ]);
    expect([titles.size, lists[0]?.rows.length, counts.length]).toEqual([2, 5, 2]);
    expect(credited.map(({ rows }) => rows.length)).toEqual([3, 2]);
    expect(request.calls.calls).toMatchObject([{ store: "POSTGRES", keys: 10, uniqueKeys: 10 }]);
    expect(request.calls.calls[0]?.operation.split(" + ")).toHaveLength(7);
  });

  it("counts the keys of a batch once, however many statements answer it", async () => {
    const request = { ...testRequest(await createTestTenant(stores)), requested: 5 };
    await stores.catalog.countTitles(request, viewer, [{}, { kinds: ["MOVIE"] }, { kinds: ["SERIES"] }]);
    expect(request.calls.calls).toMatchObject([{ keys: 5, uniqueKeys: 3 }]);
  });
});
