import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { type TitleGenerations } from "../../datasources/catalog/title-generations.js";
import { MongoCatalog } from "../../datasources/catalog/mongodb/catalog.mongodb.js";
import { type TitleDocument } from "../../datasources/core/title.document.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { document, firstPage, variedTitles, viewer } from "../contract/catalog-model.js";
import { testRequest } from "../support/stores.js";
import { named } from "../support/titles.js";
import { MONGODB_URL, openMongo, type MongoUnderTest } from "./mongo-support.js";

/** Bounds how long a rebuild waits for readers of the old generation. Milliseconds. */
const DEADLINE_MS = 3_000;

async function* inBatches(
  titles: readonly TitleDocument[],
  between: () => Promise<void> = () => Promise.resolve(),
): AsyncGenerator<TitleDocument[]> {
  for (let start = 0; start < titles.length; start += 20) {
    yield titles.slice(start, start + 20);
    await between();
  }
}

describe.skipIf(!MONGODB_URL)("writing the catalog in MongoDB", () => {
  const { licences } = document({ id: "any" });
  /** An editor meets every one of them. */
  const open = variedTitles(60).map((title) => ({ ...title, licences, mergedInto: null }));
  const editor = { ...viewer, editor: true };
  let mongo: MongoUnderTest;
  let catalog: MongoCatalog;
  let projection: TitleGenerations;
  beforeAll(async () => {
    mongo = openMongo(DEADLINE_MS);
    projection = mongo.titlesOf();
    catalog = new MongoCatalog(mongo.store, projection);
    await projection.prepare();
  });
  afterAll(() => mongo.close());

  const revision = (titles: readonly TitleDocument[], n: number) =>
    titles.map((title) => ({ ...title, revision: n, name: `${title.name} ${n}` }));

  async function everything(tenant: Tenant): Promise<TitleDocument[]> {
    const query = { filter: {}, order: { field: "NAME", direction: "ASC" } as const, page: firstPage(1_000) };
    const [page] = await catalog.titles(testRequest(tenant), editor, [query]);
    return page!.rows.map(({ title }) => title);
  }
  const stored = (tenant: Tenant, collection = "titles") =>
    mongo.store.databaseOf(tenant).collection(collection).countDocuments({ tenant: tenant.id });

  it("prepares from several processes at once, again and again", async () => {
    const fresh = openMongo(DEADLINE_MS);
    try {
      const processes = [1, 2, 3].map(() => fresh.titlesOf(fresh.another()));
      await Promise.all(processes.map((each) => each.prepare()));
      await fresh.titlesOf().prepare();
      const indexes = await fresh.store.sharedDatabase().collection("titles").indexes();
      const scoped = indexes.filter(({ name }) => name !== "_id_");
      expect(scoped.map(({ name }) => name).sort()).toEqual([
        "by_added_at",
        "by_genre",
        "by_name",
        "by_person",
        "by_popularity",
        "by_release_year",
        "by_studio",
        "by_tag",
        "by_visible",
        "by_visible_genre",
        "by_visible_region",
      ]);
      expect(scoped.every(({ key }) => /^tenant,generation,/.test(Object.keys(key as object).join()))).toBe(
        true,
      );
    } finally {
      await fresh.close();
    }
  });

  it("puts its indexes in the place of those of earlier versions, and leaves those of others alone", async () => {
    const fresh = openMongo(DEADLINE_MS);
    try {
      const collection = fresh.store.sharedDatabase().collection("titles");
      const scope = { tenant: 1, generation: 1 } as const;
      await collection.createIndexes([
        { name: "by_name", key: { ...scope, sortName: 1, id: 1 } },
        { name: "by_region", key: { ...scope, regions: 1, state: 1 } },
        { name: "somebody_elses", key: { version: 1 } },
      ]);
      await Promise.all([1, 2].map(() => fresh.titlesOf(fresh.another()).prepare()));
      const indexes = await collection.indexes();
      const keys = new Map(indexes.map(({ name, key }) => [name, Object.keys(key as object).join()]));
      expect(keys.get("by_name")).toBe("tenant,generation,sortName,id,releaseYear");
      expect(keys.get("somebody_elses")).toBe("version");
      expect([...keys.keys()]).toContain("by_visible_region");
      expect([...keys.keys()]).not.toContain("by_region");
    } finally {
      await fresh.close();
    }
  });

  it("never puts an older revision over a newer one, in whatever order they come, nor its names", async () => {
    const tenant = await mongo.openTenant();
    const ada = named("Ada");
    const put = (n: number, name: string) =>
      projection.put(tenant, [
        document({ id: "t", revision: n, name, genres: [{ ...ada, name }], popularity: n / 10 }),
      ]);
    await put(2, "second");
    await put(1, "first");
    await put(3, "third");
    await put(3, "third again");
    const [title] = await everything(tenant);
    expect(title).toMatchObject({ revision: 3, name: "third again", popularity: 0.2 });
    expect(await catalog.genres(testRequest(tenant), viewer)).toEqual([{ ...ada, name: "third again" }]);
    await put(2, "second");
    expect(await catalog.genres(testRequest(tenant), viewer)).toEqual([{ ...ada, name: "third again" }]);
  });

  it("ends with the newest revision where many write at once", async () => {
    const tenant = await mongo.openTenant();
    const revisions = Array.from({ length: 8 }, (_, n) => revision(open.slice(0, 10), ((n * 3) % 8) + 1));
    await Promise.all(revisions.map((titles) => projection.put(tenant, titles)));
    const found = await everything(tenant);
    expect(found).toHaveLength(10);
    expect(new Set(found.map((title) => title.revision))).toEqual(new Set([8]));
  });

  it("sets the popularity of those named only", async () => {
    const tenant = await mongo.openTenant();
    await projection.put(tenant, [
      document({ id: "a", popularity: 0.1 }),
      document({ id: "b", popularity: 0.2 }),
    ]);
    await projection.setPopularity(
      tenant,
      new Map([
        ["a", 0.9],
        ["missing", 0.5],
      ]),
    );
    await projection.setPopularity(tenant, new Map());
    expect((await everything(tenant)).map(({ id, popularity }) => [id, popularity]).sort()).toEqual([
      ["a", 0.9],
      ["b", 0.2],
    ]);
  });

  it("rebuilds while others read, write and rebuild another tenant", async () => {
    const [tenant, neighbour] = [mongo.createTenant(), mongo.createTenant()];
    expect(await projection.status(tenant)).toEqual({ entries: 0, live: null });
    await projection.rebuild(tenant, inBatches(revision(open, 1)));
    await projection.rebuild(neighbour, inBatches(revision(open, 1)));
    expect(await projection.status(tenant)).toEqual({ entries: 60, live: "titles_0001" });
    await projection.setPopularity(tenant, new Map([[open[0]!.id, 0.875]]));

    const put = document({ id: "meanwhile", name: "Meanwhile" });
    const newer = { ...open[1]!, revision: 9, name: "Newer" };
    let over = false;
    const rebuilding = projection
      .rebuild(
        tenant,
        inBatches(revision(open.slice(5), 2), () => projection.put(tenant, [put, newer])),
      )
      .finally(() => (over = true));
    const seen = new Set<string>();
    while (!over) {
      const [titles, others] = await Promise.all([everything(tenant), everything(neighbour)]);
      expect(others).toHaveLength(60);
      const facts = titles.filter(({ id }) => id !== put.id && id !== newer.id);
      seen.add(`${facts.length} of revision ${[...new Set(facts.map((title) => title.revision))].join()}`);
    }
    await rebuilding;
    // All of the old generation or all of the new one; never some of both, or nothing.
    expect([...seen]).toEqual(["59 of revision 1", "55 of revision 2"]);
    const after = await everything(tenant);
    expect(after.filter(({ id }) => id === put.id || id === newer.id).map(({ name }) => name)).toEqual([
      "Meanwhile",
      "Newer",
    ]);
    expect(await projection.status(tenant)).toEqual({ entries: 57, live: "titles_0002" });
    expect(await stored(tenant)).toBe(57);
    expect(await stored(neighbour)).toBe(60);
  });

  it("carries popularity over a rebuild, which the facts do not know", async () => {
    const tenant = await mongo.openTenant("ISOLATED");
    await projection.put(tenant, open);
    await projection.setPopularity(tenant, new Map([[open[3]!.id, 0.875]]));
    await projection.rebuild(tenant, inBatches(open.map((title) => ({ ...title, popularity: 0 }))));
    const found = await catalog.titlesByIds(testRequest(tenant), [open[3]!.id]);
    expect(found.get(open[3]!.id)?.popularity).toBe(0.875);
  });

  it("leaves what is live alone when a rebuild breaks", async () => {
    const tenant = mongo.createTenant();
    await projection.rebuild(tenant, inBatches(open));
    const names = await stored(tenant, "names");
    const broken = inBatches(revision(open, 2), () => Promise.reject(new Error("No more facts")));
    await expect(projection.rebuild(tenant, broken)).rejects.toThrow("No more facts");
    expect(await projection.status(tenant)).toEqual({ entries: 60, live: "titles_0001" });
    expect((await everything(tenant)).every((title) => title.revision === 1)).toBe(true);
    expect([await stored(tenant), await stored(tenant, "names")]).toEqual([60, names]);
  });

  it("ends with one generation where two rebuild at once, and takes away what a dead one left", async () => {
    const tenant = await mongo.openTenant();
    await projection.put(tenant, open);
    const dead = await projection.begin(tenant);
    await projection.put(tenant, open);
    expect(await stored(tenant)).toBe(120);
    await mongo.ledger.expire(tenant);
    const other = mongo.titlesOf(mongo.another());
    await Promise.all([
      projection.rebuild(tenant, inBatches(revision(open, 2))),
      other.rebuild(tenant, inBatches(revision(open, 2))),
    ]);
    expect(await stored(tenant)).toBe(60);
    expect((await projection.status(tenant)).entries).toBe(60);
    expect((await mongo.ledger.standing(tenant)).building).toBeNull();
    await expect(dead.put(open)).rejects.toThrow("Another process has taken over");
    expect(await stored(tenant)).toBe(60);
    expect(new Set((await everything(tenant)).map((title) => title.revision))).toEqual(new Set([2]));
  });

  it("notices that its data has gone, takes nothing for it, and is filled again", async () => {
    const tenant = mongo.createTenant("ISOLATED");
    await projection.rebuild(tenant, inBatches(open));
    await mongo.store.databaseOf(tenant).dropDatabase();
    expect(await projection.status(tenant)).toEqual({ entries: 0, live: null });
    await projection.rebuild(tenant, inBatches(open));
    expect(await projection.status(tenant)).toEqual({ entries: 60, live: "titles_0002" });
    expect(await everything(tenant)).toHaveLength(60);
  });

  it("does not read what was stored in another form, and leaves it until its own is filled", async () => {
    const tenant = mongo.createTenant();
    const earlier = mongo.titlesOf(mongo.store, mongo.ledger.inForm("0"));
    await earlier.rebuild(tenant, inBatches(open));
    expect(await projection.status(tenant)).toEqual({ entries: 0, live: null });
    expect(await projection.receives(tenant)).toBe(false);
    expect(await stored(tenant)).toBe(60);
    await projection.rebuild(tenant, inBatches(revision(open, 2)));
    expect(await projection.status(tenant)).toEqual({ entries: 60, live: "titles_0002" });
    expect(await stored(tenant)).toBe(60);
  });
});
