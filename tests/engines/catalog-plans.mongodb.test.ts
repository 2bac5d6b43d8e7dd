import { type CommandStartedEvent, type Document } from "mongodb";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { MongoCatalog } from "../../datasources/catalog/mongodb/catalog.mongodb.js";
import { type TitleOrder } from "../../datasources/catalog/catalog.js";
import { type TitleFilter } from "../../datasources/catalog/title-filter.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { firstPage, GENRES, PEOPLE, STUDIOS, TAGS, variedTitles, viewer } from "../contract/catalog-model.js";
import { testRequest } from "../support/stores.js";
import { MONGODB_URL, openMongo, type MongoUnderTest } from "./mongo-support.js";

const DECADE = { from: 1990, to: 1999 };
/** Of a command as the driver sent it: what belongs to the connection, not to the question. */
const ENVELOPE = new Set(["lsid", "$db", "$readPreference", "txnNumber", "$clusterTime", "maxTimeMS"]);

/*
 * Lists cost what their page costs and counts what they count only while each enters by the index made for it. An index
 * that is added for one query may draw others to it, which no small catalog feels: a list of a person then reads every
 * title of the tenant.
 */
describe.skipIf(!MONGODB_URL)("indexes of the catalog in MongoDB", () => {
  let mongo: MongoUnderTest;
  let tenant: Tenant;
  let catalog: MongoCatalog;
  let sent: Document[];
  let goesByRules: boolean;
  beforeAll(async () => {
    mongo = openMongo();
    tenant = await mongo.openTenant();
    const projection = mongo.titlesOf();
    catalog = new MongoCatalog(mongo.store, projection);
    const titles = Array.from({ length: 440 }, (_, n) => ({ ...variedTitles(44)[n % 44]!, id: `t${n}` }));
    await projection.put(tenant, titles);
    const { ferretdb } = await mongo.store.sharedDatabase().admin().buildInfo();
    goesByRules = Boolean(ferretdb);
    sent = [];
    mongo.store.client.on("commandStarted", ({ command }: CommandStartedEvent) => sent.push(command));
  });
  afterAll(() => mongo.close());
  beforeEach((context) => {
    context.skip(!goesByRules, "MongoDB itself tries plans out on what it holds; DocumentDB goes by rules");
  });

  async function indexesOf(ask: () => Promise<unknown>): Promise<string[]> {
    sent.length = 0;
    await ask();
    const command = sent.find((each) => each.find === "titles" || each.aggregate === "titles");
    const question = Object.entries(command ?? {}).filter(([name]) => !ENVELOPE.has(name));
    const plan = await mongo.store
      .databaseOf(tenant)
      .command({ explain: Object.fromEntries(question), verbosity: "queryPlanner" });
    const named = [...JSON.stringify(withoutRejected(plan)).matchAll(/"indexName":"(by_[a-z_]+)"/g)];
    return [...new Set(named.map(([, name = ""]) => name))].sort();
  }

  it.each<[string, TitleFilter, TitleOrder["field"], string]>([
    ["everything by name", {}, "NAME", "by_name"],
    ["everything by year", {}, "RELEASE_YEAR", "by_release_year"],
    ["everything by popularity", {}, "POPULARITY", "by_popularity"],
    ["everything by date", {}, "ADDED_AT", "by_added_at"],
    ["a kind by popularity", { kinds: ["MOVIE"] }, "POPULARITY", "by_popularity"],
    ["a kind of a decade by name", { kinds: ["MOVIE"], releaseYear: DECADE }, "NAME", "by_name"],
    ["a decade by year", { releaseYear: DECADE }, "RELEASE_YEAR", "by_release_year"],
    ["what a child may see by date", { maturityAtMost: 7 }, "ADDED_AT", "by_added_at"],
    ["a genre by popularity", { genres: [GENRES[0]!.id] }, "POPULARITY", "by_genre"],
    ["a tag by popularity", { tags: [TAGS[0]!] }, "POPULARITY", "by_tag"],
    ["a studio by popularity", { studio: STUDIOS[0]!.id }, "POPULARITY", "by_studio"],
    ["a studio by name", { studio: STUDIOS[0]!.id }, "NAME", "by_studio"],
    [
      "a studio of a decade by year",
      { studio: STUDIOS[0]!.id, releaseYear: DECADE },
      "RELEASE_YEAR",
      "by_studio",
    ],
    [
      "a genre of a decade by popularity",
      { genres: [GENRES[0]!.id], releaseYear: DECADE },
      "POPULARITY",
      "by_genre",
    ],
    ["a person by name", { person: PEOPLE[0]!.id }, "NAME", "by_person"],
  ])("a list of %s enters by its own", async (_name, filter, field, index) => {
    const query = { filter, order: { field, direction: "DESC" as const }, page: firstPage(20) };
    expect(await indexesOf(() => catalog.titles(testRequest(tenant), viewer, [query]))).toEqual([index]);
  });

  it.each<[string, TitleFilter, string[]]>([
    ["everything", {}, ["by_visible", "by_visible_region"]],
    ["a kind of a decade", { kinds: ["MOVIE"], releaseYear: DECADE }, ["by_visible", "by_visible_region"]],
    ["a genre", { genres: [GENRES[0]!.id] }, ["by_visible_genre", "by_visible_region"]],
    ["a studio", { studio: STUDIOS[0]!.id }, ["by_studio"]],
    ["a person", { person: PEOPLE[0]!.id }, ["by_person"]],
    ["a tag", { tags: [TAGS[0]!] }, ["by_tag"]],
  ])("a count of %s enters by its own", async (_name, filter, indexes) => {
    const entered = await indexesOf(() => catalog.countTitles(testRequest(tenant), viewer, [filter]));
    expect(entered.length).toBeGreaterThan(0);
    expect(indexes).toEqual(expect.arrayContaining(entered));
  });

  it("credits enter by the person", async () => {
    const keys = PEOPLE.slice(0, 3).map(({ id }) => ({ person: id, page: firstPage(20) }));
    expect(await indexesOf(() => catalog.creditsOfPeople(testRequest(tenant), viewer, keys))).toEqual([
      "by_person",
    ]);
  });
});

/** MongoDB also tells the plans that it did not take. */
function withoutRejected(plan: unknown): unknown {
  if (Array.isArray(plan)) return plan.map(withoutRejected);
  if (plan === null || typeof plan !== "object") return plan;
  return Object.fromEntries(
    Object.entries(plan)
      .filter(([name]) => name !== "rejectedPlans" && name !== "IndexCosts" && name !== "command")
      .map(([name, value]) => [name, withoutRejected(value)]),
  );
}
