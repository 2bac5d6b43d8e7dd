/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-return, @typescript-eslint/no-unsafe-call -- answers are read as clients read them: JSON of any shape */
import { randomUUID } from "node:crypto";

import { beforeAll, describe, expect, it } from "vitest";

import { FACETS } from "../../datasources/core/title-attributes.js";
import { NODE_TYPES, type NodeType } from "../../resolvers/request/global-id.js";
import { enumName } from "../../schema/described-enum.js";
import { createSchema } from "../../src/schema.js";
import { useGateway } from "../support/fixtures.js";

const gateway = useGateway();
const tokens: Record<string, string> = {};

beforeAll(async () => {
  for (const [name, email] of [
    ["viewer", "viewer@meridian.example"],
    ["editor", "editor@meridian.example"],
    ["operator", "operator@meridian.example"],
    ["lumen", "viewer@lumen.example"],
  ] as const)
    tokens[name] = await gateway.signIn(email);
});

async function ask(query: string, as?: string, variables: Record<string, unknown> = {}): Promise<any> {
  const { data, errors } = await gateway.ask(query, { token: as && tokens[as], variables });
  expect(errors, query).toBeUndefined();
  return data;
}

/** Everything with a global id in an answer. */
function* nodesIn(value: unknown): Iterable<Record<string, unknown>> {
  if (value === null || typeof value !== "object") return;
  if ("id" in value && "__typename" in value) yield value;
  for (const part of Object.values(value)) yield* nodesIn(part);
}

const NAMED = "__typename id name";
const TITLE = `__typename id externalId name kind synopsis releaseYear maturityRating genres { ${NAMED} } tags version state
  popularity alternativeNames addedAt studio { ${NAMED} } availability { country from until }
  credits { role character person { ${NAMED} } } myProgress { positionSeconds durationSeconds completed } myRating inMyWatchlist`;
const LIST = `edges { node { ${TITLE} } }`;
const PLAN = "__typename id name maxStreams maxHeight priceCents currency";
const PROFILE = "__typename id externalId name kind maturityLimit country";

/** Every path that answers titles, and what else is answered by several. */
const PATHS: [path: string, query: string][] = [
  ["titles", `{ titles(first: 50, orderBy: { field: POPULARITY, direction: DESC }) { ${LIST} } }`],
  ["search", `{ search(query: "love", first: 30) { ${LIST} } }`],
  ["home", `{ home(first: 8) { because { ${TITLE} } titles(first: 5) { ${LIST} } } }`],
  ["top10", `{ top10 { title { ${TITLE} } } }`],
  ["suggest", `{ suggest(prefix: "the", first: 20) { node { ... on Title { ${TITLE} } } } }`],
  [
    "shelves",
    `{ viewer { id profile { ${PROFILE} continueWatching(first: 30) { ${LIST} } history(first: 50) { ${LIST} }
      watchlist(first: 30) { ${LIST} } ratings(first: 30) { ${LIST} } } profiles { ${PROFILE} } } }`,
  ],
  [
    "recommendations",
    `{ viewer { profile { recommendations(first: 30) { title { ${TITLE} } }
      recommendedTitles(first: 30) { ${LIST} } } } }`,
  ],
  ["genres", `{ genres { ${NAMED} } plans { ${PLAN} } viewer { membership { id plan { ${PLAN} } } } }`],
];

describe("one id", () => {
  it("is answered equally by every path", async () => {
    const answers = new Map<string, { path: string; node: Record<string, unknown> }[]>();
    const collect = (path: string, data: unknown) => {
      for (const node of nodesIn(data)) {
        const id = String(node.id);
        answers.set(id, [...(answers.get(id) ?? []), { path, node }]);
      }
    };
    for (const [path, query] of PATHS) collect(path, await ask(query, "viewer"));
    const titles = [...answers.values()].filter(([first]) => first!.node.externalId && first!.node.genres);
    const some = titles.filter((found) => found.length > 1).slice(0, 12);
    for (const [{ node }] of some as any) {
      const one = `query ($id: ID!, $now: DateTime!) { title(id: $id) { ${TITLE} } node(id: $id) { ... on Title { ${TITLE} } }
        asOf: title(id: $id, asOf: $now) { ${TITLE} } }`;
      const { asOf, ...now } = await ask(one, "viewer", { id: node.id, now: new Date().toISOString() });
      collect("title and node", now);
      expect({ ...asOf, version: null }).toEqual({ ...now.title, version: null });
      const similar = `query ($id: ID!) { title(id: $id) { similar(first: 5) { ${LIST} } credits(role: DIRECTOR) { person { titles(first: 2) { ${LIST} } } } } }`;
      collect("similar and person", await ask(similar, "viewer", { id: node.id }));
      const write = `mutation ($id: ID!) { add: addToWatchlist(input: { title: $id }) { title { ${TITLE} } watchlistEdge { node { ${TITLE} } } } }`;
      if (node.inMyWatchlist) collect("addToWatchlist", await ask(write, "viewer", { id: node.id }));
    }
    const several = [...answers].filter(([, found]) => found.length > 1);
    expect(several.length).toBeGreaterThan(100);
    expect(some.length).toBeGreaterThan(5);
    for (const [, [first, ...others]] of several) {
      for (const { path, node } of others) {
        for (const name of Object.keys(node).filter((each) => each in first!.node)) {
          expect(node[name], `${name} by ${path} and ${first!.path}`).toEqual(first!.node[name]);
        }
      }
    }
  });

  it("of an editor's title is answered by lists of the facts as by the catalogue", async () => {
    const { editorial } = await ask(`{ editorial { titles(first: 50) { ${LIST} } } }`, "editor");
    const shown = editorial.titles.edges.map(({ node }: any) => node);
    const { nodes } = await ask(
      `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Title { ${TITLE} } } }`,
      "editor",
      { ids: shown.map(({ id }: any) => id) },
    );
    expect(nodes.some(({ popularity }: any) => popularity > 0)).toBe(true);
    expect(shown).toEqual(nodes);
  });
});

/** Where an id of each type is shown, and to whom. */
const SHOWN: Record<NodeType, [query: string, as: string]> = {
  Title: [`{ titles(first: 3) { edges { node { __typename id } } } }`, "viewer"],
  Season: [
    `{ titles(filter: { kinds: [SERIES] }, first: 2) { edges { node { ... on Series { seasons { __typename id } } } } } }`,
    "lumen",
  ],
  Episode: [
    `{ titles(filter: { kinds: [SERIES] }, first: 2) { edges { node { ... on Series { seasons { episodes { __typename id } } } } } } }`,
    "lumen",
  ],
  Person: [`{ titles(first: 20) { edges { node { credits { person { __typename id } } } } } }`, "viewer"],
  Genre: [`{ genres { __typename id } }`, "viewer"],
  Studio: [`{ titles(first: 20) { edges { node { studio { __typename id } } } } }`, "viewer"],
  Profile: [`{ viewer { profiles { __typename id } } }`, "viewer"],
  Account: [`{ viewer { account { __typename id } } }`, "viewer"],
  Plan: [`{ plans { __typename id } }`, "viewer"],
  Membership: [`{ viewer { membership { __typename id } } }`, "viewer"],
  Checkout: [
    `mutation { changePlan(input: { plan: "Plan:none", idempotencyKey: "x" }) { checkout { __typename id } } }`,
    "viewer",
  ],
  AccountExport: [`mutation { exportMyData { export { __typename id } } }`, "viewer"],
  Erasure: [
    `mutation { eraseMyAccount(input: { password: "none", idempotencyKey: "x" }) { erasure { __typename id } } }`,
    "viewer",
  ],
  HomeRow: [`{ home(first: 20) { __typename id } }`, "viewer"],
  PlaybackSession: [
    `mutation { startPlayback(input: { title: "Title:film-casino-1995", device: { kind: TV, width: 1920, height: 1080, codecs: [H264, HEVC] } }) { session { __typename id } } }`,
    "viewer",
  ],
  ApiKey: [
    `mutation { createApiKey(input: { name: "one", scope: ["Query.titles"], days: 1 }) { apiKey { __typename id } } }`,
    "operator",
  ],
  Session: [`{ viewer { sessions { __typename id } } }`, "viewer"],
  Experiment: [
    `mutation { startExperiment(input: { name: "one ${randomUUID()}", arms: [{ arm: "a", percent: 1 }, { arm: "b", percent: 1 }] }) { experiment { __typename id } } }`,
    "operator",
  ],
  // A check that runs already is one that the list shows.
  Job: [
    `mutation { checkProjection(input: { target: "search.postgres" }) { query { operations { jobs { edges { node { __typename id } } } } } } }`,
    "operator",
  ],
  Viewer: [`{ viewer { __typename id } }`, "viewer"],
  Editorial: [`{ editorial { __typename id } }`, "editor"],
  // Nobody is shown either for the time being.
  Campaign: [
    `mutation { putCampaign(input: { title: "Title:film-casino-1995", from: "2100-01-01T00:00:00Z" }) { campaign { __typename id } } }`,
    "editor",
  ],
  EditorialCollection: [
    `mutation { putCollection(input: { name: "One", titles: ["Title:film-casino-1995"], from: "2100-01-01T00:00:00Z" }) { collection { __typename id } } }`,
    "editor",
  ],
  SearchSynonym: [
    `mutation { addSearchSynonym(input: { language: "en", words: ["one", "1st"] }) { synonym { __typename id } } }`,
    "editor",
  ],
  SearchRule: [
    `mutation { setSearchRule(input: { query: "nothing else", title: "Title:film-casino-1995", factor: 1 }) { rule { __typename id } } }`,
    "editor",
  ],
  Operations: [`{ operations { __typename id } }`, "operator"],
};
/**
 * Only a checkout shows a checkout, and an erasure itself: tests/e2e/memberships.test.ts pays for one and asks `node` for
 * it, tests/e2e/my-data.test.ts asks for the other.
 */
const ELSEWHERE: readonly NodeType[] = ["Checkout", "Erasure"];

describe("node", () => {
  it("is asked for every type that has a global id", () => {
    const implementers = createSchema().getImplementations(createSchema().getType("Node") as never).objects;
    const types = implementers.map(({ name }) => name.replace(/^(Movie|Series)$/, "Title"));
    expect([...new Set(types)].sort()).toEqual([...NODE_TYPES].sort());
  });

  it.each(NODE_TYPES.filter((type) => !ELSEWHERE.includes(type)))(
    "finds every %s that a list shows",
    async (type) => {
      const [query, as] = SHOWN[type];
      const shown = [...nodesIn(await ask(query, as))]
        .filter(({ __typename }) => __typename !== "Operations" || type === "Operations")
        .map(({ __typename, id }) => ({ __typename, id }))
        .slice(0, 100);
      expect(shown.length).toBeGreaterThan(0);
      const { nodes } = await ask("query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }", as, {
        ids: shown.map(({ id }) => id),
      });
      expect(nodes).toEqual(shown);
      const { node } = await ask("query ($id: ID!) { node(id: $id) { __typename id } }", as, {
        id: shown[0]!.id,
      });
      expect(node).toEqual(shown[0]);
    },
  );

  it("finds a plan for whoever is shown it, and all of them in one store call", async () => {
    const { plans } = await ask("{ plans { id } }");
    const ids = plans.map(({ id }: any) => id);
    expect(ids.length).toBeGreaterThan(1);
    const { data, extensions } = await gateway.ask("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", {
      variables: { ids },
      explain: true,
    });
    expect(data.nodes).toEqual(plans);
    expect(extensions?.explain?.calls).toHaveLength(1);
  });

  it("loses nothing but the id that is none", async () => {
    const { data, errors } = await gateway.ask(
      `{ nodes(ids: ["Title:film-up-2009", "garbage"]) { __typename } genres { id } }`,
    );
    expect(data.nodes).toEqual([{ __typename: "Movie" }, null]);
    expect(data.genres.length).toBeGreaterThan(5);
    expect(errors?.map(({ path, extensions }) => [path, extensions.code])).toEqual([
      [["nodes", 1], "INVALID_ID"],
    ]);
  });
});

describe("a filter", () => {
  const input = createSchema().getType("TitleFilter") as unknown as {
    getFields(): Record<string, { type: { toString(): string } }>;
  };
  const parts = Object.entries(input.getFields()).map(([name, { type }]) => [name, String(type)] as const);
  const count = async (filter: unknown) => {
    const query = `query ($f: TitleFilter) { titles(filter: $f) { totalCount } search(query: "", filter: $f) { totalCount } }`;
    const { titles, search } = await ask(query, undefined, { f: filter });
    return [titles.totalCount, search.totalCount];
  };

  it.each(parts)("asks for nothing where %s is null or empty", async (name, type) => {
    const all = await count(null);
    const empty = type.startsWith("[") ? [[]] : type === "YearRange" ? [{}, { from: null, to: null }] : [];
    for (const value of [null, ...empty])
      expect(await count({ [name]: value }), JSON.stringify(value)).toEqual(all);
    expect(await count({})).toEqual(all);
  });

  it("in another order, or with a value twice, takes the cursor", async () => {
    const query = `query ($f: TitleFilter, $after: String) {
      titles(filter: $f, first: 2, after: $after) { edges { node { id } } pageInfo { endCursor } }
      search(query: "the", filter: $f, first: 2) { pageInfo { endCursor } } }`;
    const first = { genres: ["Drama", "Comedy"], kinds: ["MOVIE", "SERIES"] };
    const { titles, search } = await ask(query, undefined, { f: first });
    const { genres } = await ask("{ genres { id name } }");
    const comedy = genres.find(({ name }: any) => name === "Comedy").id;
    const f = { genres: [comedy, "drama", "Drama"], kinds: ["SERIES", "MOVIE"], tags: [], releaseYear: {} };
    const next = await ask(query, undefined, { f, after: titles.pageInfo.endCursor });
    expect(next.titles.edges).toHaveLength(2);
    const found = `query ($f: TitleFilter, $after: String) { search(query: "the", filter: $f, after: $after) { totalCount } }`;
    await ask(found, undefined, { f, after: search.pageInfo.endCursor });
  });
});

describe("what a facet counts", () => {
  const FILTERS: Record<string, (bucket: any) => object> = {
    GENRE: ({ value }) => ({ genres: [value] }),
    KIND: ({ value }) => ({ kinds: [value] }),
    DECADE: ({ years }) => ({ releaseYear: years }),
    MATURITY: ({ value }) => ({ maturityAtMost: value }),
  };
  const query = `query ($q: String!, $f: TitleFilter) { search(query: $q, filter: $f, first: 0) {
    totalCount facets { field buckets { value count selected years { from to } } } } }`;

  it("is known of every facet how the filter takes it", () => {
    expect(Object.keys(FILTERS).sort()).toEqual(FACETS.map(enumName).sort());
  });

  it.each([
    ["", {}],
    ["", { maturityAtMost: "PG-13", genres: ["Comedy"] }],
    ["love", { releaseYear: { from: 1990, to: 1999 } }],
  ])("is what its filter finds: %j %j", async (q, f) => {
    const { search } = await ask(query, "viewer", { q, f });
    let compared = 0;
    for (const { field, buckets } of search.facets) {
      for (const bucket of buckets) {
        const filter = { ...f, ...FILTERS[field]!(bucket) };
        const { search: found } = await ask(query, "viewer", { q, f: filter });
        expect(found.totalCount, `${field} ${bucket.value}`).toBe(bucket.count);
        const selected = found.facets
          .find((each: any) => each.field === field)
          .buckets.filter((each: any) => each.selected);
        expect(selected.map(({ value }: any) => value)).toEqual([bucket.value]);
        compared += 1;
      }
    }
    expect(compared).toBeGreaterThan(8);
  });
});
