/* eslint-disable @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-return -- answers are read as clients read them: JSON of any shape */
import { beforeAll, describe, expect, it, vi } from "vitest";

import { type Role } from "../../datasources/core/vocabulary.js";
import { type TitleFacts } from "../../datasources/core/title-fields.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { learn } from "../../src/jobs/learn.js";
import { project } from "../support/catalogue.js";
import { adultProfile, publish } from "../support/catalogue.js";
import { useGateway } from "../support/fixtures.js";
import { named, titleBody } from "../support/titles.js";

const DAY = 86_400_000;
const days = (count: number) => new Date(Date.now() + count * DAY).toISOString();
const licence = (from: string, until: string | null, ...countries: string[]) => [{ countries, from, until }];

const PERSON = named("Ada Byron");
const GENRE = named("Nocturne");
const STUDIO = named("Harbour Pictures");

/** Films that share everything a list could be made from; `zephyr` stands in every name. */
function film(id: string, fields: Partial<TitleFacts> = {}): TitleFacts {
  return titleBody({
    id,
    name: `Zephyr ${id}`,
    genres: [GENRE],
    tags: ["windy"],
    studio: STUDIO,
    credits: [{ role: "DIRECTOR", character: null, person: PERSON }],
    maturityRating: "G",
    ...fields,
  });
}

const OPEN = ["open1", "open2", "open3", "open4", "open5"];
/** What a visitor from the US must not meet, and why. */
const HIDDEN: Record<string, Partial<TitleFacts>> = {
  expired: { licences: licence(days(-900), days(-1), "*") },
  future: { licences: licence(days(1), null, "*") },
  french: { licences: licence(days(-900), null, "FR") },
  unlicensed: { licences: [] },
  draft: { state: "DRAFT" },
  archived: { state: "ARCHIVED" },
};
/** What only grown-ups meet. */
const MATURE: Record<string, Partial<TitleFacts>> = {
  teen: { maturityRating: "PG-13" },
  adult: { maturityRating: "R" },
  unrated: { maturityRating: "NR" },
};
const ALL = [...OPEN, ...Object.keys(MATURE), ...Object.keys(HIDDEN)];

// Asks for more in one request than a client may.
const gateway = useGateway(() => ({
  MARQUEE_MAX_ALIASES: "1000",
  MARQUEE_MAX_ROOT_FIELDS: "1000",
  MARQUEE_MAX_TOKENS: "20000",
  MARQUEE_MAX_COST: "100000",
}));
let tenant: Tenant;
const tokens: Record<"adult" | "kids" | "editor" | "parisian", string> = {
  adult: "",
  kids: "",
  editor: "",
  parisian: "",
};

beforeAll(async () => {
  const { stores } = gateway;
  tenant = await gateway.createTenant();
  await publish(stores, tenant, [
    ...OPEN.map((id) => film(id)),
    ...Object.entries({ ...MATURE, ...HIDDEN }).map(([id, fields]) => film(id, fields)),
  ]);
  await stores.accounts.putProfiles(tenant, [
    adultProfile("adult"),
    adultProfile("editor"),
    { ...adultProfile("parisian"), country: "FR" },
    { ...adultProfile("kids"), kind: "KIDS", maturityLimit: 8 },
  ]);
  await watchEverything();
  await learn(stores, tenant);
  await Promise.all(
    Object.keys(tokens).map(async (profile) => (tokens[profile as "adult"] = await tokenOf(profile))),
  );
});

function tokenOf(profile: string): Promise<string> {
  const roles: Role[] = profile === "editor" ? ["VIEWER", "EDITOR"] : ["VIEWER"];
  return gateway.tokenFor({ tenant: tenant.slug, account: null, profile, roles });
}

/** A public that has watched every title, and the signed-in profiles half of each: every list has a reason to show them. */
async function watchEverything(): Promise<void> {
  const crowd = Array.from({ length: 12 }, (_, index) => `crowd${index}`);
  const seen = (profileId: string, titleId: string, completed: boolean, daysAgo: number) => ({
    id: `${profileId} ${titleId}`,
    profileId,
    titleId,
    at: days(-daysAgo),
    seconds: 1800,
    completed,
    country: "US",
    device: "TV",
    rating: completed ? 5 : null,
  });
  const ofCrowd = crowd.flatMap((profile, n) =>
    ALL.filter((_, index) => (index + n) % 5 !== 0).map((title) => seen(profile, title, true, 2)),
  );
  const mine = ["adult", "kids", "editor", "parisian"].flatMap((profile) =>
    ALL.filter((id) => !/[45]$/.test(id)).map((title, index) => seen(profile, title, index % 2 === 0, 3)),
  );
  await gateway.stores.viewingIngest.ingest(tenant, [...ofCrowd, ...mine]);
  await gateway.stores.viewingIngest.addToWatchlists(
    tenant,
    ["adult", "kids", "editor", "parisian"].flatMap((profileId) =>
      ALL.map((titleId) => ({ profileId, titleId, addedAt: days(-1) })),
    ),
  );
}

const EVERYTHING = /* GraphQL */ `
  query ($person: ID!, $ids: [ID!]!, $studio: ID!) {
    titles(first: 100) {
      edges {
        node {
          externalId
        }
      }
    }
    byPerson: titles(first: 100, filter: { person: $person }) {
      edges {
        node {
          externalId
        }
      }
    }
    byStudio: titles(first: 100, filter: { studio: $studio }) {
      edges {
        node {
          externalId
        }
      }
    }
    byTag: titles(first: 100, filter: { tags: ["windy"], genres: ["nocturne"] }) {
      edges {
        node {
          externalId
        }
      }
    }
    abroad: titles(first: 100, filter: { availableIn: "FR" }) {
      edges {
        node {
          externalId
        }
      }
    }
    last: titles(last: 100, orderBy: { field: POPULARITY, direction: DESC }) {
      edges {
        node {
          externalId
        }
      }
    }
    nodes(ids: $ids) {
      ... on Title {
        externalId
      }
    }
    search(query: "zephyr", first: 100) {
      edges {
        node {
          externalId
        }
      }
    }
    byCredit: search(query: "ada byron", first: 100) {
      edges {
        node {
          externalId
        }
      }
    }
    suggest(prefix: "zeph", first: 100) {
      node {
        ... on Title {
          externalId
        }
      }
    }
    top10(country: "US") {
      title {
        externalId
      }
    }
    top10France: top10(country: "FR") {
      title {
        externalId
      }
    }
    home(first: 100) {
      name
      because {
        externalId
      }
      titles(first: 100) {
        edges {
          reason {
            text
            title {
              externalId
            }
          }
          node {
            externalId
          }
        }
      }
    }
    person(id: $person) {
      titles(first: 100) {
        edges {
          node {
            externalId
            similar(first: 100) {
              edges {
                node {
                  externalId
                }
              }
            }
          }
        }
      }
    }
    viewer {
      profile {
        continueWatching(first: 100) {
          edges {
            node {
              externalId
            }
          }
        }
        watchlist(first: 100) {
          edges {
            node {
              externalId
            }
          }
        }
        history(first: 100) {
          edges {
            node {
              externalId
            }
          }
        }
        ratings(first: 100) {
          edges {
            node {
              externalId
            }
          }
        }
        recommendations(first: 100) {
          title {
            externalId
          }
          reason {
            text
            title {
              externalId
            }
          }
        }
      }
    }
  }
`;

const global = (type: string, id: string) => `${type}:${id}`;

async function ask(query: string, token: string | undefined, variables = {}) {
  const answer = await gateway.ask(query, { token, tenant: tenant.slug, variables });
  expect(answer.errors).toBeUndefined();
  return answer.data;
}

/** Everything that `EVERYTHING` answers. */
function everything(token: string | undefined) {
  const ids = ALL.map((id) => global("Title", id));
  return ask(EVERYTHING, token, {
    person: global("Person", PERSON.id),
    studio: global("Studio", STUDIO.id),
    ids,
  });
}

/** Titles anywhere in an answer, and titles whose names stand in any text of it. */
function met(answer: object): Set<string> {
  const text = JSON.stringify(answer);
  const ids = [...text.matchAll(/"externalId":"([^"]+)"/g)].map(([, id]) => id!);
  const names = [...text.matchAll(/Zephyr (\w+)/g)].map(([, id]) => id!);
  return new Set([...ids, ...names]);
}

const idsOf = (connection: { edges: { node: { externalId: string } }[] }) =>
  connection.edges.map(({ node }) => node.externalId).sort();

describe.each([
  ["a visitor", undefined, [...OPEN, ...Object.keys(MATURE)]],
  ["an adult", "adult", [...OPEN, ...Object.keys(MATURE)]],
  ["a kids profile", "kids", OPEN],
  ["an adult in France", "parisian", [...OPEN, ...Object.keys(MATURE), "french"]],
  ["an editor", "editor", ALL],
] as const)("what %s meets", (_, profile, allowed) => {
  const token = () => (profile === undefined ? undefined : tokens[profile]);

  it("is all that is allowed and nothing else, whichever field answers", async () => {
    const answer = await everything(token());
    const expected = [...allowed].sort();
    expect([...met(answer)].sort()).toEqual(expected);
    for (const list of ["titles", "byPerson", "byStudio", "byTag", "last", "search", "byCredit"]) {
      expect(idsOf(answer[list]), list).toEqual(expected);
    }
    const nodes = answer.nodes.map((node: { externalId: string } | null) => node?.externalId ?? null);
    expect(nodes).toEqual(ALL.map((id) => (expected.includes(id) ? id : null)));
    expect(idsOf(answer.person.titles)).toEqual(expected);
    // The catalogue is so small that its first rows show all there is.
    expect(answer.home.length).toBeGreaterThan(0);
    expect(answer.top10.length).toBeGreaterThan(2);
    expect(answer.suggest.length).toBeGreaterThan(2);
    if (profile === undefined) return;
    expect(idsOf(answer.viewer.profile.watchlist)).toEqual(expected);
    expect(idsOf(answer.viewer.profile.history)).toEqual(expected.filter((id) => !/[45]$/.test(id)));
    expect(answer.viewer.profile.recommendations.length).toBeGreaterThan(0);
  });

  it("counts no more than it shows: totals, facets, pages", async () => {
    const answer = await ask(
      `{ titles(first: 0) { totalCount }
         search(query: "zephyr", first: 0) { totalCount facets { field buckets { value count } } }
         page: titles(first: ${allowed.length}) { edges { node { externalId } } pageInfo { hasNextPage } } }`,
      token(),
    );
    expect(answer.titles.totalCount).toBe(allowed.length);
    expect(answer.search.totalCount).toBe(allowed.length);
    const facet = (field: string) =>
      answer.search.facets.find((one: { field: string }) => one.field === field).buckets;
    expect(facet("GENRE")).toEqual([{ value: "Nocturne", count: allowed.length }]);
    const mature = facet("MATURITY").map(({ value }: { value: string }) => value);
    expect(mature.sort()).toEqual(profile === "kids" ? ["G"] : ["G", "NC-17", "PG-13", "R"]);
    expect(answer.page.pageInfo.hasNextPage).toBe(false);
  });

  it("is the same by title, by node and as of an earlier date", async () => {
    const asOf = days(-10);
    const fields = ALL.map((id, index) => {
      const argument = `id: "Title:${id}"`;
      return `t${index}: title(${argument}) { externalId } n${index}: node(${argument}) { ... on Title { externalId } }
              a${index}: title(${argument}, asOf: "${asOf}") { externalId }`;
    });
    const answer = await ask(`{ ${fields.join("\n")} }`, token());
    ALL.forEach((id, index) => {
      const expected = (allowed as readonly string[]).includes(id) ? { externalId: id } : null;
      expect(answer[`t${index}`], id).toEqual(expected);
      expect(answer[`n${index}`], id).toEqual(expected);
      expect(answer[`a${index}`], `${id} as of`).toEqual(expected);
    });
  });

  it("shows in similar titles only what is allowed", async () => {
    for (const id of OPEN) {
      const { title } = await ask(
        `{ title(id: "Title:${id}") { similar(first: 100) { edges { node { externalId } } } } }`,
        token(),
      );
      expect(title.similar.edges.length).toBeGreaterThan(0);
      expect(idsOf(title.similar).filter((one) => !(allowed as readonly string[]).includes(one))).toEqual([]);
    }
  });
});

describe("a kids profile", () => {
  it("cannot filter or search around its limit", async () => {
    const answer = await ask(
      `{ wide: titles(filter: { maturityAtMost: "NC-17" }) { totalCount edges { node { externalId } } }
         search(query: "zephyr adult", filter: { maturityAtMost: R }, first: 100) { didYouMean edges { node { externalId } } }
         suggest(prefix: "zephyr adul") { text } other: suggest(prefix: "zephyr qwzk") { text } }`,
      tokens.kids,
    );
    expect(answer.wide.totalCount).toBe(OPEN.length);
    expect([...met(answer)].sort()).toEqual(OPEN);
    // As it would be if there were no such title: engines differ in what half of the words complete.
    expect(answer.suggest).toEqual(answer.other);
  });

  it("keeps its limit when its profile is deleted: its token is worth nothing", async () => {
    const token = await gateway.tokenFor({
      tenant: tenant.slug,
      account: null,
      profile: "gone",
      roles: ["VIEWER"],
    });
    const answer = await gateway.ask(`{ search(query: "zephyr") { totalCount } }`, { token });
    expect(answer.errors?.[0]?.extensions.code).toBe("UNAUTHENTICATED");
    expect(answer.data?.search ?? null).toBeNull();
  });
});

describe("a licence that ends", () => {
  it("takes its title away at once, from everywhere", async () => {
    const other = await gateway.createTenant();
    const until = new Date(Date.now() + 3_600_000);
    const one = film("ending", { licences: licence(days(-1), until.toISOString(), "*") });
    await publish(gateway.stores, other, [one, film("open1")]);
    const query = `{ titles { totalCount } search(query: "zephyr") { totalCount } node(id: "Title:ending") { id } suggest(prefix: "zephyr") { text } }`;
    const before = (await gateway.ask(query, { tenant: other.slug })).data;
    expect(before).toMatchObject({
      titles: { totalCount: 2 },
      search: { totalCount: 2 },
      node: { id: expect.any(String) },
    });
    vi.useFakeTimers({ toFake: ["Date"], now: until });
    const { data: after } = await gateway
      .ask(query, { tenant: other.slug })
      .finally(() => vi.useRealTimers());
    expect(after).toEqual({
      titles: { totalCount: 1 },
      search: { totalCount: 1 },
      node: null,
      suggest: [{ text: "Zephyr open1" }],
    });
  });
});

describe("asOf", () => {
  const VERSIONED = "Title:versioned";
  const QUERY =
    "query ($id: ID!, $asOf: DateTime) { title(id: $id, asOf: $asOf) { name version maturityRating } }";

  beforeAll(async () => {
    const { titleVersions } = gateway.stores;
    const body = (name: string, fields: Partial<TitleFacts> = {}) =>
      film("versioned", { name, genres: [], tags: [], credits: [], studio: null, ...fields });
    await titleVersions.append(tenant, [
      { body: body("First", { maturityRating: "R" }), effectiveFrom: "2021-01-01T00:00:00Z" },
      { body: body("Second"), effectiveFrom: "2023-01-01T00:00:00Z" },
      { body: body("Third"), effectiveFrom: days(30) },
    ]);
    await project(gateway.stores, tenant, ["versioned"]);
  });

  const asOf = (at: string | null, token = tokens.adult) =>
    gateway.ask(QUERY, { token, variables: { id: VERSIONED, asOf: at } });

  it("answers the version that was in force", async () => {
    expect((await asOf("2021-01-01T00:00:00Z")).data.title).toMatchObject({ name: "First", version: 1 });
    expect((await asOf("2022-12-31T23:59:59.999Z")).data.title).toMatchObject({ name: "First" });
    expect((await asOf("2023-01-01T00:00:00Z")).data.title).toMatchObject({ name: "Second", version: 2 });
    expect((await asOf(null)).data.title).toMatchObject({ name: "Second" });
  });

  it("answers null before the first version", async () => {
    const answer = await asOf("2020-12-31T23:59:59Z");
    expect(answer.errors).toBeUndefined();
    expect(answer.data).toEqual({ title: null });
  });

  it("does not show a kids profile a version above its limit", async () => {
    expect((await asOf("2022-01-01T00:00:00Z", tokens.kids)).data).toEqual({ title: null });
    expect((await asOf("2024-01-01T00:00:00Z", tokens.kids)).data.title).toMatchObject({ name: "Second" });
  });

  it("tells the future to editors only", async () => {
    const refused = await asOf(days(60));
    expect(refused.data).toEqual({ title: null });
    expect(refused.errors?.[0]).toMatchObject({
      message: expect.stringMatching(/^asOf: .* is in the future/),
      extensions: { code: "BAD_USER_INPUT", field: "asOf", accepted: "an instant in the past" },
    });
    expect((await asOf(days(60), tokens.editor)).data.title).toMatchObject({ name: "Third", version: 3 });
  });
});
