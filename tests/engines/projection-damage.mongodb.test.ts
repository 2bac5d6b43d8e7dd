import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { type TitleGenerations } from "../../datasources/catalog/title-generations.js";
import {
  titleKey,
  toRecord,
  type NameRecord,
  type TitleRecord,
} from "../../datasources/catalog/mongodb/catalog-record.mongodb.js";
import { type AnySection } from "../../datasources/projection/check/section.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { film } from "../support/titles.js";
import { MONGODB_URL, openMongo, type MongoUnderTest } from "./mongo-support.js";
import { catalogue, check, oneBatch, repaired, sourceOf, type Damage } from "./projection-damage-support.js";

/** Bounds how long a rebuild waits for readers of the old generation. Milliseconds. */
const DEADLINE_MS = 3_000;

describe.skipIf(!MONGODB_URL)("Damage to the catalogue in MongoDB", () => {
  let mongo: MongoUnderTest;
  let projection: TitleGenerations;
  let tenant: Tenant;
  let sections: AnySection[];
  let generation: number;
  const titles = () => mongo.store.databaseOf(tenant).collection<TitleRecord>("titles");
  const names = () => mongo.store.databaseOf(tenant).collection<NameRecord>("names");
  const scope = () => ({ tenant: tenant.id, generation });
  const noteGeneration = async () => {
    const { live } = await projection.status(tenant);
    generation = Number(live?.split("_").at(-1));
  };
  const mended = async () => {
    const found = await repaired(
      {
        sections,
        status: (of) => projection.status(of),
        rebuild: async (of) => {
          await projection.rebuild(of, oneBatch(catalogue()));
          return catalogue().length;
        },
      },
      tenant,
    );
    await noteGeneration();
    return found;
  };
  const update = (id: string, fields: object) =>
    titles().updateOne({ _id: titleKey(scope(), id) }, { $set: fields });
  const name = (key: string) => ({ _id: titleKey(scope(), key) });

  beforeAll(() => {
    mongo = openMongo(DEADLINE_MS);
    projection = mongo.titlesOf();
  });
  beforeEach(async () => {
    tenant = mongo.createTenant();
    sections = projection.sections(sourceOf(catalogue()));
    await projection.rebuild(tenant, oneBatch(catalogue()));
    await noteGeneration();
  });
  afterAll(() => mongo.close());

  it("finds nothing in a sound projection", async () => {
    const { report, differences } = await check(sections, tenant);
    expect(differences).toEqual([]);
    expect(report.entries).toBeGreaterThanOrEqual(6);
  });

  const damages: Damage[] = [
    { what: "a title deleted", harm: () => titles().deleteOne(name("t1")), found: ["missing title t1"] },
    {
      what: "an older revision with its content",
      harm: () => update("t1", { revision: 2, "title.revision": 2, sortName: "was called so" }),
      found: ["stale title t1"],
    },
    {
      what: "another name in the same revision",
      harm: () => update("t2", { "title.name": "The Short Meridian" }),
      found: ["stale title t2"],
    },
    {
      what: "a title that nobody knows",
      harm: () => titles().insertOne(toRecord(scope(), film("ghost", "Ghost"))),
      found: ["orphaned title ghost"],
    },
    {
      what: "a title under a key that is not its own",
      harm: () => titles().insertOne({ ...toRecord(scope(), film("t2", "Twin")), _id: "twin" }),
      found: ["orphaned title _id twin"],
    },
    {
      what: "a field taken away",
      harm: () => titles().updateOne(name("t2"), { $unset: { tags: true } }),
      found: ["stale title t2"],
    },
    {
      what: "a field that no title has",
      harm: () => titles().updateOne(name("t2"), { $set: { note: "by hand" } }),
      found: ["stale title t2"],
    },
    {
      what: "a name deleted",
      harm: () => names().deleteOne(name("Person:ada")),
      found: ["dangling name Person:ada"],
    },
    {
      what: "a name that is wrong",
      harm: () => names().updateOne(name("Genre:drama"), { $set: { name: "Comedy" } }),
      found: ["stale name Genre:drama"],
    },
    {
      what: "a name that no title uses",
      harm: () =>
        names().insertOne({ ...scope(), ...name("Studio:gone"), type: "Studio", id: "gone", name: "Gone" }),
      found: ["dangling name Studio:gone"],
    },
    {
      what: "a licence extended by hand",
      harm: () => update("t3", { "licences.0.until": new Date("2199-01-01") }),
      found: ["stale title t3"],
    },
    {
      what: "credits emptied",
      harm: () => update("t1", { roles: [], personIds: [] }),
      found: ["stale title t1"],
    },
    { what: "a revision raised", harm: () => update("t2", { revision: 4_000 }), found: ["stale title t2"] },
    {
      what: "a title moved to another tenant",
      harm: () => update("t2", { tenant: 987_654 }),
      found: ["stale title t2"],
    },
    {
      what: "an index dropped",
      harm: () => titles().dropIndex("by_genre"),
      found: ["missing index titles.by_genre"],
    },
  ];
  it.each(damages)("finds and mends $what", async ({ harm, found }) => {
    await harm();
    expect((await check(sections, tenant)).differences).toEqual(found);
    expect((await mended()).differences).toEqual([]);
    const stored = await titles().find({ tenant: tenant.id }).sort({ id: 1 }).toArray();
    expect(stored).toEqual(catalogue().map((title) => toRecord(scope(), title)));
  });

  it("passes over popularity, which is no fact, and keeps it when it mends", async () => {
    await update("t2", { popularity: 0.125 });
    expect((await check(sections, tenant)).differences).toEqual([]);
    await update("t2", { revision: 9 });
    await mended();
    expect(await titles().findOne(name("t2"))).toMatchObject({ revision: 1, popularity: 0.125 });
  });

  it("leaves alone what has been put since it looked", async () => {
    const newer = { ...catalogue()[1]!, revision: 10, name: "Newer" };
    const source = sourceOf(catalogue());
    const [, titleSection] = projection.sections({
      ...source,
      popularity: async (of) => {
        await projection.put(of, [newer]);
        return source.popularity(of);
      },
    });
    await update("t2", { revision: 9 });
    await titleSection!.repair!(tenant, ["t2"]);
    expect(await titles().findOne(name("t2"))).toMatchObject({ revision: 10, title: { name: "Newer" } });
  });

  it("keeps a name as long as a title uses it, and drops it with its last title", async () => {
    const [first, , third] = catalogue();
    await projection.put(tenant, [{ ...third!, revision: 3, credits: [] }]);
    expect(await names().findOne(name("Person:ada"))).not.toBeNull();
    await projection.put(tenant, [{ ...first!, revision: 4, credits: [], studio: null }]);
    expect(
      await names()
        .find({ tenant: tenant.id })
        .sort({ _id: 1 })
        .map(({ id }) => id)
        .toArray(),
    ).toEqual(["drama", "noir"]);
  });

  it("counts a difference only when it lasts", async () => {
    let running = true;
    const moving = (async () => {
      for (let draft = 0; running; draft += 1) await update("t2", { "title.name": `Draft ${draft}` });
    })();
    const { differences } = await check(sections, tenant);
    running = false;
    await moving;
    expect(differences).toEqual([]);
  });
});
