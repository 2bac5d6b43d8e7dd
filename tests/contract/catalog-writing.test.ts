import { beforeEach, describe, expect, it } from "vitest";

import { type Audience } from "../../datasources/catalog/audience.js";
import { type TitleOrder } from "../../datasources/catalog/catalog.js";
import { type TitleDocument } from "../../datasources/core/title.document.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { useStores } from "../support/fixtures.js";
import { createTestTenant, testRequest } from "../support/stores.js";
import { named, titleBody } from "../support/titles.js";

const stores = useStores();
let tenant: Tenant;

beforeEach(async () => {
  tenant = await createTestTenant(stores);
});

const document = (fields: Partial<TitleDocument> & { id: string }): TitleDocument => ({
  ...titleBody(fields),
  revision: fields.revision ?? 1,
  latestVersion: 1,
  popularity: fields.popularity ?? 0,
});

const viewer: Audience = { country: "US", maturityLimit: 18, editor: false, now: new Date("2026-01-01") };

async function titleOf(id: string) {
  return (await stores.catalog.titlesByIds(testRequest(tenant), [id])).get(id);
}

async function listed(order: TitleOrder["field"], audience = viewer) {
  const page = { limit: 50, fromEnd: false };
  const query = { filter: {}, order: { field: order, direction: "ASC" as const }, page };
  const [titles] = await stores.catalog.titles(testRequest(tenant), audience, [query]);
  return titles?.rows.map(({ title }) => title.id);
}

describe("CatalogProjection.put", () => {
  it("keeps the document and everything that lists and look-ups are made from", async () => {
    const title = document({
      id: "a",
      name: "The Élan",
      genres: [named("Crime"), named("Drama")],
      studio: named("Universal"),
      credits: [
        { role: "DIRECTOR", character: null, person: named("Ada") },
        { role: "ACTOR", character: "Twin", person: named("Ada") },
        { role: "ACTOR", character: "Other twin", person: named("Ada") },
      ],
    });
    await stores.catalogProjection.put(tenant, [title]);
    expect(await titleOf("a")).toEqual(title);
    const request = testRequest(tenant);
    expect(await stores.catalog.genres(request, viewer)).toEqual([named("Crime"), named("Drama")]);
    const key = { person: named("Ada").id, page: { limit: 10, fromEnd: false } };
    const [credits] = await stores.catalog.creditsOfPeople(request, viewer, [key]);
    expect(credits?.rows.map((row) => row.role).sort()).toEqual(["ACTOR", "DIRECTOR"]);
    const names = await stores.catalog.namesByIds(request, viewer, [
      { type: "Studio", id: named("universal").id },
    ]);
    expect([...names.values()]).toEqual([named("Universal")]);
  });

  it("orders by name without articles and diacritics", async () => {
    const names = { a: "The Zebra", b: "Élan", c: "an Apple", d: "Delta" };
    await stores.catalogProjection.put(
      tenant,
      Object.entries(names).map(([id, name]) => document({ id, name })),
    );
    expect(await listed("NAME")).toEqual(["c", "d", "b", "a"]);
  });

  it("never replaces a newer revision, and replaces an equal one", async () => {
    await stores.catalogProjection.put(tenant, [document({ id: "a", revision: 2, name: "Two" })]);
    await stores.catalogProjection.put(tenant, [
      document({ id: "a", revision: 1, name: "One", licences: [] }),
    ]);
    expect(await titleOf("a")).toMatchObject({ revision: 2, name: "Two" });
    expect(await listed("NAME")).toEqual(["a"]);
    await stores.catalogProjection.put(tenant, [document({ id: "a", revision: 2, name: "Two again" })]);
    expect(await titleOf("a")).toMatchObject({ name: "Two again" });
  });

  it("takes the newest of several revisions in one batch", async () => {
    const revisions = [2, 3, 1].map((revision) =>
      document({ id: "a", revision, name: `Revision ${revision}` }),
    );
    await stores.catalogProjection.put(tenant, revisions);
    expect(await titleOf("a")).toMatchObject({ revision: 3, name: "Revision 3" });
  });

  it("takes licences and credits away with the revision that had them", async () => {
    const credits = [{ role: "ACTOR" as const, character: null, person: named("Ada") }];
    await stores.catalogProjection.put(tenant, [document({ id: "a", credits })]);
    await stores.catalogProjection.put(tenant, [document({ id: "a", revision: 2, licences: [] })]);
    expect(await listed("NAME")).toEqual([]);
    const key = { person: named("Ada").id, page: { limit: 10, fromEnd: false } };
    const editor = { ...viewer, editor: true };
    expect(await stores.catalog.creditsOfPeople(testRequest(tenant), editor, [key])).toEqual([
      { rows: [], hasMore: false },
    ]);
  });

  it("keeps the popularity that was set, and sets it for the titles named only", async () => {
    await stores.catalogProjection.put(tenant, [
      document({ id: "a" }),
      document({ id: "b", popularity: 0.25 }),
    ]);
    await stores.catalogProjection.setPopularity(
      tenant,
      new Map([
        ["a", 0.5],
        ["missing", 1],
      ]),
    );
    await stores.catalogProjection.put(tenant, [document({ id: "a", revision: 2 })]);
    expect(await titleOf("a")).toMatchObject({ revision: 2, popularity: 0.5 });
    expect(await titleOf("b")).toMatchObject({ popularity: 0.25 });
  });

  it("writes to its own tenant only", async () => {
    const other = await createTestTenant(stores, "ISOLATED");
    await stores.catalogProjection.put(tenant, [document({ id: "a", name: "Here" })]);
    await stores.catalogProjection.put(other, [document({ id: "a", name: "There" })]);
    expect(await titleOf("a")).toMatchObject({ name: "Here" });
    tenant = other;
    expect(await titleOf("a")).toMatchObject({ name: "There" });
  });
});
