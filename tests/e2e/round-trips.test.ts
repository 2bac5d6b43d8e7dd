/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-return -- answers are read as clients read them: JSON of any shape */
import { beforeAll, describe, expect, it, vi } from "vitest";

import { type StoreName } from "../../datasources/core/store-request.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { demoTenants } from "../../seeds/demo-tenants.js";
import { importEvents } from "../../importer/import-events.js";
import { importTitles } from "../../importer/import-titles.js";
import { linesOf } from "../../importer/ndjson.js";
import { learn } from "../../src/jobs/learn.js";
import { adultProfile } from "../support/catalogue.js";
import { useGateway } from "../support/fixtures.js";
import { type Answer, clientDocuments } from "../support/gateway.js";
import { ENGINE_STORES, isUnderTest } from "../support/engines.js";

// Asks for more in one request than a client may.
const gateway = useGateway(() => ({ MARQUEE_MAX_COST: "100000", MARQUEE_MAX_ANSWER_BYTES: "100000000" }));
let document: string;
let viewer: string;
let kids: string;

beforeAll(async () => {
  document = await clientDocuments("reads.graphql");
  viewer = await gateway.signIn("viewer@meridian.example");
  kids = await gateway.tokenFor({
    tenant: "meridian",
    account: "family",
    profile: "meridian-kids",
    roles: ["VIEWER"],
  });
});

/** The store that answers a domain in this run, for the domains that can move. */
const STORE_OF: Record<string, StoreName> = {
  catalog: storeAt("MONGODB_URL"),
  search: storeAt("OPENSEARCH_URL"),
  recommendations: storeAt("NEO4J_URL"),
};

function storeAt(name: keyof typeof ENGINE_STORES): StoreName {
  return isUnderTest(name) ? ENGINE_STORES[name] : "POSTGRES";
}

/** Runs an operation of the clients' documents with explain and checks that what it tells is sound. */
async function explained(
  operationName: string,
  variables: Record<string, unknown>,
  token: string | undefined = viewer,
): Promise<Answer & Cost> {
  const answer = await gateway.ask(document, { operationName, variables, token, explain: true });
  expect(answer.errors).toBeUndefined();
  return { ...answer, ...costOf(answer) };
}

/** What a request has cost. */
interface Cost {
  /** Calls per store: what must not depend on how much is answered. */
  totals: Record<string, number>;
  /** Calls of all stores. */
  total: number;
  /** Calls of the store that was asked most. Where one store answers everything, a level of the query is one call; where several do, a level is at most one call of each of them. */
  most: number;
}

/** Checks that the explanation is sound, and adds it up. */
function costOf({ extensions }: Answer): Cost {
  const { calls, totals } = extensions!.explain!;
  const counted: Record<string, number> = {};
  for (const call of calls) {
    counted[call.store] = (counted[call.store] ?? 0) + 1;
    for (const operation of call.operation.split(" + "))
      expect(call.store, operation).toBe(STORE_OF[operation.split(".")[0]!] ?? "POSTGRES");
    expect(call).toEqual({
      store: expect.any(String),
      operation: expect.stringMatching(/^[a-z0-9]+(\.\w+)+( \+ [a-z0-9]+(\.\w+)+)*$/i),
      // How much was asked for and read is for operators.
      keys: null,
      uniqueKeys: null,
      rows: null,
      startMs: expect.any(Number),
      ms: expect.any(Number),
      path: expect.stringMatching(/^\w/),
    });
    expect(call.startMs).toBeGreaterThanOrEqual(0);
    expect(call.ms).toBeGreaterThan(0);
  }
  expect(totals).toEqual(counted);
  return { totals, total: calls.length, most: Math.max(0, ...Object.values(counted)) };
}

/**
 * Independent branches of a document share a call where they ask a store at the same time. With one store they always
 * do. With several it depends on which of them is faster, so that such a document has a bound and no fixed number.
 */
const BRANCHED = new Set(Object.values(STORE_OF).every((store) => store === "POSTGRES") ? [] : ["MyShelf"]);

function expectSameCost(operation: string, one: Cost, other: Cost): void {
  if (!BRANCHED.has(operation)) expect(other.totals).toEqual(one.totals);
}

const cardsOf = (home: Record<string, any>[]) => home.flatMap((row) => row.titles.edges);

describe("Home", () => {
  it("takes at most eight store calls for ten rows of twenty titles with genres, studio, progress and reason", async () => {
    const { data, total } = await explained("Home", { rows: 10, perRow: 20 });
    expect(data.home).toHaveLength(10);
    expect(cardsOf(data.home).length).toBeGreaterThan(140);
    expect(cardsOf(data.home).some(({ reason }) => reason !== null)).toBe(true);
    expect(cardsOf(data.home).some(({ node }) => node.myProgress !== null)).toBe(true);
    expect(total).toBeLessThanOrEqual(8);
  });

  it.each([
    ["a viewer", () => viewer],
    ["a kids profile", () => kids],
    ["a visitor", () => undefined],
  ])("takes as many for one row as for ten, for one title as for a hundred: %s", async (_, token) => {
    const costs = new Map<string, Cost>();
    for (const [rows, perRow] of [
      [1, 1],
      [1, 20],
      [10, 1],
      [10, 20],
      [10, 100],
      [100, 100],
    ]) {
      const { totals, total, most } = await explained("Home", { rows, perRow }, token());
      costs.set(`${rows} × ${perRow}`, { totals, total, most });
    }
    const [one] = costs.values();
    for (const [size, cost] of costs) expect(cost, size).toEqual(one);
    expect(one!.total).toBeLessThanOrEqual(8);
  });
});

/** The documents whose cost must not grow with what they answer, at one entry and at many, and their levels. */
const CASES: [
  operation: string,
  few: Record<string, unknown>,
  many: Record<string, unknown>,
  levels: number,
][] = [
  ["Browse", { first: 1 }, { first: 100 }, 3],
  ["Browse", { last: 1, filter: { genres: ["Drama"] } }, { last: 100, filter: { genres: ["Drama"] } }, 3],
  ["Search", { query: "the", first: 1 }, { query: "the", first: 100 }, 4],
  ["MyShelf", { first: 1 }, { first: 100 }, 6],
  ["Suggest", { prefix: "casin" }, { prefix: "the" }, 3],
  ["Top10", { country: "GB" }, { country: "US" }, 4],
  ["Nodes", { ids: ["Title:film-casino-1995"] }, { ids: [] }, 2],
];

describe("the other documents", () => {
  it.each(CASES)("%s %j takes as many calls as %j", async (operation, few, many, levels) => {
    if (operation === "Nodes") many = { ids: await titleIds(100) };
    const [one, hundred] = [await explained(operation, few), await explained(operation, many)];
    expectSameCost(operation, one, hundred);
    for (const { most } of [one, hundred]) expect(most).toBeLessThanOrEqual(levels);
    expect(JSON.stringify(hundred.data).length).toBeGreaterThan(JSON.stringify(one.data).length);
  });

  it("Top10 takes as many calls for a child, who has ten places too, as the row of its home page does", async () => {
    const [grown, small] = [await explained("Top10", {}), await explained("Top10", {}, kids)];
    expect(small.totals).toEqual(grown.totals);
    const ranks = small.data.top10.map(({ rank }: { rank: number }) => rank);
    expect(ranks).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    const { data } = await explained("Home", { rows: 20, perRow: 20 }, kids);
    const [row] = data.home.filter(({ kind }: { kind: string }) => kind === "TOP_10");
    const charted = small.data.top10.map(({ title }: { title: { id: string } }) => title.id);
    expect(cardsOf([row]).map(({ node }) => node.id)).toEqual(charted);
    expect(grown.data.top10.map(({ title }: { title: { id: string } }) => title.id)).not.toEqual(charted);
  });

  it("a Top 10 of a week takes as many calls as one of a day, and tells editors alone how it grows", async () => {
    const query =
      "query ($period: ChartPeriod) { top10(period: $period) { rank daysOnList weeksOnList trend title { name } } }";
    const ask = (period: "DAY" | "WEEK", token: string) =>
      gateway.ask(query, { variables: { period }, token, explain: true });
    const [day, week] = [await ask("DAY", viewer), await ask("WEEK", viewer)];
    expect(costOf(week)).toEqual(costOf(day));
    const fieldOf = ({ data }: Answer, name: string) => data.top10.map((entry: any) => entry[name]);
    expect(fieldOf(week, "rank")).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    for (const entry of week.data.top10) expect(entry.daysOnList).toBe(7 * entry.weeksOnList);
    expect(new Set(fieldOf(day, "weeksOnList"))).toEqual(new Set([null]));
    expect(new Set([...fieldOf(day, "trend"), ...fieldOf(week, "trend")])).toEqual(new Set([null]));
    const edited = await ask("WEEK", await gateway.signIn("editor@meridian.example"));
    expect(fieldOf(edited, "trend").some((trend: number | null) => trend !== null)).toBe(true);
  });

  it("Suggest takes as many calls for one suggestion as for a hundred", async () => {
    const suggest = (first: number) =>
      gateway.ask(
        `{ suggest(prefix: "s", first: ${first}) { text kind node { __typename id ... on Title { name genres { name } } } } }`,
        { token: viewer, explain: true },
      );
    const [one, many] = [await suggest(1), await suggest(100)];
    expect(one.data.suggest).toHaveLength(1);
    expect(many.data.suggest.length).toBeGreaterThan(20);
    expect(costOf(many)).toEqual(costOf(one));
  });

  it("TitlePage takes as many calls for a title with many people and neighbours as for any other", async () => {
    const [first, ...others] = await titleIds(10);
    const one = await explained("TitlePage", { id: first });
    for (const id of others) expect((await explained("TitlePage", { id })).totals).toEqual(one.totals);
    expect(one.most).toBeLessThanOrEqual(6);
  });

  it("Person takes as many calls for one title as for many", async () => {
    const query =
      "query ($id: ID!, $first: Int) { person(id: $id) { name titles(first: $first) { edges { role node { id name genres { name } myRating } } } } }";
    const { search } = (
      await gateway.ask(
        `{ search(query: "steven spielberg", first: 1) { edges { node { credits(role: DIRECTOR) { person { id } } } } } }`,
      )
    ).data;
    const { id } = search.edges[0].node.credits[0].person;
    const [one, many] = await Promise.all(
      [1, 100].map((first) => gateway.ask(query, { variables: { id, first }, token: viewer, explain: true })),
    );
    expect(one!.data.person.titles.edges).toHaveLength(1);
    expect(many!.data.person.titles.edges.length).toBeGreaterThan(8);
    expect(costOf(many!)).toEqual(costOf(one!));
  });

  it("lists within lists take one call a level: a hundred titles, their people, the people's titles", async () => {
    const query =
      "query ($first: Int) { titles(first: $first) { edges { node { similar(first: 5) { edges { node { name myRating } } } credits { person { titles(first: 3) { edges { node { name myRating } } } } } } } } }";
    const [one, many] = [
      await gateway.ask(query, { variables: { first: 2 }, token: viewer, explain: true }),
      await gateway.ask(query, { variables: { first: 100 }, token: viewer, explain: true }),
    ];
    expect(many.errors).toBeUndefined();
    // Two branches, people and neighbours, whose titles come from the same store.
    const costs = [costOf(one), costOf(many)];
    if (Object.keys(costs[0]!.totals).length === 1) expect(costs[1]).toEqual(costs[0]);
    // A hundred titles have more neighbours than one call asks for: their level takes two.
    expect(costs[0]!.most).toBeLessThanOrEqual(6);
    expect(costs[1]!.most).toBeLessThanOrEqual(7);
  });
});

describe("nodes", () => {
  const hundred = (type: string) => Array.from({ length: 100 }, (_, n) => `${type}:none-${n}`);

  async function asked(aliases: number, ids: readonly string[]) {
    const fields = Array.from({ length: aliases }, (_, n) => `n${n}: nodes(ids: $ids) { __typename id }`);
    const answer = await gateway.ask(`query ($ids: [ID!]!) { ${fields.join(" ")} }`, {
      token: await gateway.signIn("operator@meridian.example"),
      variables: { ids },
      explain: true,
    });
    expect(answer.errors).toBeUndefined();
    return answer;
  }

  /** What was asked of the stores, and for how many keys; which of two stores answers first is another each time. */
  const workOf = ({ extensions }: Answer) =>
    extensions!.explain!.calls.map(({ operation, keys, rows }) => `${operation} ${keys} ${rows}`).sort();

  it("plan the home page once a request, however many of its rows are asked for", async () => {
    const token = await gateway.signIn("operator@meridian.example");
    const [row] = (await gateway.ask("{ home(first: 1) { id } }", { token })).data.home;
    const one = await asked(1, [row.id]);
    expect(one.data.n0).toEqual([{ __typename: "HomeRow", id: row.id }]);
    const many = await asked(20, [row.id, ...hundred("HomeRow").slice(1)]);
    expect(many.data.n19[0]).toEqual(one.data.n0[0]);
    expect(workOf(many)).toEqual(workOf(one));
  });

  it("ask once for all of a type, and for each once, however many fields want it", async () => {
    const { privacy, apiKeys } = gateway.stores;
    const [erasures, keys] = [vi.spyOn(privacy, "erasuresByIds"), vi.spyOn(apiKeys, "byIds")];
    await asked(20, hundred("Erasure"));
    await asked(20, hundred("ApiKey"));
    const batches = [erasures, keys].map(({ mock }) => mock.calls.map(([, ids]) => ids.length));
    erasures.mockRestore();
    keys.mockRestore();
    expect(batches).toEqual([[100], [100]]);
  });
});

async function titleIds(first: number): Promise<string[]> {
  const { data } = await gateway.ask(
    `{ titles(first: ${first}, orderBy: { field: POPULARITY, direction: DESC }) { edges { node { id } } } }`,
  );
  return data.titles.edges.map(({ node }: { node: { id: string } }) => node.id);
}

describe("fields of one level", () => {
  it("share one call of a store, aliases too", async () => {
    const answer = await gateway.ask(
      `{ a: titles(first: 3) { edges { cursor } } b: titles(first: 3, orderBy: { field: RELEASE_YEAR }) { edges { cursor } }
         c: titles(last: 3) { edges { cursor } } genres { name } top10 { rank title { name } } }`,
      { explain: true },
    );
    expect(answer.errors).toBeUndefined();
    costOf(answer);
    const { calls } = answer.extensions!.explain!;
    const [deeper, first] = [true, false].map((documents) =>
      calls.filter(({ operation }) => (operation === "catalog.titlesByIds") === documents),
    );
    const isMongo = calls.some(({ store }) => store === "MONGODB");
    expect(first!.flatMap(({ operation }) => operation.split(" + ")).sort()).toEqual([
      // All there are, and those of titles that may be met.
      ...(isMongo ? ["catalog.genres"] : []),
      "catalog.genres",
      "catalog.titles",
      "top10.top10",
    ]);
    expect(first!.flatMap(({ path }) => path.split(", "))).toEqual(
      expect.arrayContaining(["genres", "top10"]),
    );
    // PostgreSQL takes different questions in one call; an engine takes each of them once.
    expect(first!.filter(({ store }) => store === "POSTGRES")).toHaveLength(1);
    // Lists that come from different stores come at different times; their titles do not wait for each other.
    const sources = new Set(first!.map(({ store }) => store));
    expect(deeper!.length).toBeLessThanOrEqual(sources.size === 1 ? 1 : 2);
    expect(deeper!.length).toBeGreaterThan(0);
  });

  it("ask once for campaigns, charts and what a profile has done, however many of them want it", async () => {
    const asked = async (aliases: number) => {
      const each = (name: string, field: string) =>
        Array.from({ length: aliases }, (_, n) => `${name}${n}: ${field}`).join(" ");
      const suggested = each("s", "recommendations(first: 1, context: SEARCH_EMPTY) { model }");
      const answer = await gateway.ask(
        `{ viewer { profile { ${suggested} } } ${each("t", "top10 { rank }")} ${each("h", "home(first: 1) { kind }")} }`,
        { token: viewer, explain: true },
      );
      expect(answer.errors).toBeUndefined();
      costOf(answer);
      return answer.extensions!.explain!.calls.flatMap(({ operation }) => operation.split(" + ")).sort();
    };
    const [one, many] = [await asked(1), await asked(8)];
    expect(many).toEqual(one);
    expect(one).toEqual(expect.arrayContaining(["campaigns.running", "top10.top10", "top10.trending"]));
  });

  it.each([
    ["search", 'search(query: "war", first: 0) { totalCount }'],
    ["suggest", 'suggest(prefix: "qqjxxvv") { text }'],
  ])(
    "%s asks what editors say of its text first, with the viewer where there is one",
    async (name, field) => {
      const operations = async (token?: string) => {
        const answer = await gateway.ask(`{ ${field} }`, { token, explain: true });
        expect(answer.errors).toBeUndefined();
        costOf(answer);
        return answer.extensions!.explain!.calls.map(({ operation }) => operation);
      };
      expect(await operations()).toEqual(["searchSteering.of", `search.${name}`]);
      const [first, ...others] = await operations(viewer);
      expect(first!.split(" + ").sort()).toEqual(["accounts.viewer", "searchSteering.of"]);
      expect(others).toEqual([`search.${name}`]);
    },
  );

  it("ask for a key once, however many fields want it", async () => {
    const id = "Title:film-the-godfather-1972";
    const aliases = Array.from(
      { length: 20 },
      (_, index) => `t${index}: title(id: "${id}") { name myRating inMyWatchlist myProgress { completed } }`,
    );
    const token = await gateway.signIn("operator@meridian.example");
    const answer = await gateway.ask(`{ ${aliases.join(" ")} }`, { token, explain: true });
    expect(answer.data.t19).toEqual(answer.data.t0);
    const calls = answer.extensions!.explain!.calls;
    const titles = calls.find(({ operation }) => operation.includes("catalog.titlesByIds"))!;
    expect(titles).toMatchObject({ keys: 20, uniqueKeys: 1 });
    const states = calls.find(({ operation }) => operation.includes("viewing.titleStates"))!;
    expect(states).toMatchObject({ keys: 60, uniqueKeys: 1 });
    expect(calls.length).toBeLessThanOrEqual(3);
  });

  it("tell operators how much was asked for and read", async () => {
    const token = await gateway.signIn("operator@meridian.example");
    const variables = { rows: 10, perRow: 20 };
    const asked = { operationName: "Home", variables, token, explain: true };
    const { calls } = (await gateway.ask(document, asked)).extensions!.explain!;
    for (const { keys, uniqueKeys, rows } of calls) {
      expect(keys).toBeGreaterThanOrEqual(uniqueKeys!);
      expect(uniqueKeys).toBeGreaterThan(0);
      expect(rows).toBeGreaterThanOrEqual(0);
    }
    expect(Math.max(...calls.map(({ rows }) => rows!))).toBeGreaterThan(100);
  });

  it("tell nothing without the header", async () => {
    expect((await gateway.ask("{ genres { name } }")).extensions?.explain).toBeUndefined();
    expect(
      (await gateway.ask("{ genres { name } }", { headers: { "x-marquee-explain": "0" } })).extensions
        ?.explain,
    ).toBeUndefined();
  });

  it("count no call for the tenant or for what needs no store", async () => {
    const answer = await gateway.ask("{ __typename }", { tenant: "atelier", explain: true });
    expect(answer.extensions!.explain).toEqual({ calls: [], totals: {} });
  });
});

describe("a catalogue of 1,000 titles", () => {
  let tenant: Tenant;
  let token: string;

  /** The thousand best-known films of meridian with the viewing of its demo accounts, in a tenant of their own. */
  beforeAll(async () => {
    const demo = demoTenants({
      scale: 1000 / 3201,
      profiles: 60,
      events: 2_000,
      until: new Date("2026-06-01T00:00:00Z"),
    })[0]!;
    expect(demo.counts.titles).toBe(1000);
    const { stores } = gateway;
    tenant = await gateway.createTenant();
    await stores.accounts.putProfiles(tenant, [adultProfile("meridian-viewer")]);
    await importTitles(stores, tenant, linesOf(demo.titles(), demo.counts.titles));
    await importEvents(stores, tenant, linesOf(demo.events(), demo.counts.events));
    await stores.viewingIngest.addToWatchlists(
      tenant,
      (await titlesOf()).map((titleId) => ({
        profileId: "meridian-viewer",
        titleId,
        addedAt: "2026-05-01T00:00:00Z",
      })),
    );
    await learn(stores, tenant);
    token = await gateway.tokenFor({
      tenant: tenant.slug,
      account: null,
      profile: "meridian-viewer",
      roles: ["VIEWER"],
    });
  });

  async function titlesOf(): Promise<string[]> {
    const { data } = await gateway.ask("{ titles(first: 5) { edges { node { externalId } } } }", {
      tenant: tenant.slug,
    });
    return data.titles.edges.map(({ node }: { node: { externalId: string } }) => node.externalId);
  }

  it.each([
    ["Home", {}, 8],
    ...CASES.filter(([operation]) => operation !== "Nodes").map(
      ([operation, , many, levels]) => [operation, many, levels] as const,
    ),
  ] as [string, Record<string, unknown>, number][])(
    "costs as many calls as one of 3,201: %s %j",
    async (operation, variables, levels) => {
      const [small, large] = [
        await explained(operation, variables, token),
        await explained(operation, variables, viewer),
      ];
      expectSameCost(operation, large, small);
      expect(small.most).toBeLessThanOrEqual(levels);
      if (operation === "Home") expect(small.data.home).toHaveLength(10);
    },
  );
});
