/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-return -- answers are read as clients read them: JSON of any shape */
import { buildSchema, parse, validate } from "graphql";
import { beforeAll, describe, expect, it } from "vitest";

import { printedSchema } from "../../src/schema.js";
import { useGateway } from "../support/fixtures.js";
import { type Answer, clientDocuments } from "../support/gateway.js";

const TENANTS = ["meridian", "lumen", "atelier"];

const gateway = useGateway();
let document: string;

beforeAll(async () => {
  document = await clientDocuments("reads.graphql");
});

/** Sends the whole document and runs one of its operations; an error of any kind fails the test. */
async function run(
  operationName: string,
  variables: Record<string, unknown> = {},
  asking: { token?: string; tenant?: string } = {},
): Promise<Answer["data"]> {
  const answer = await gateway.ask(document, { operationName, variables, ...asking });
  expect(answer.errors, `${operationName} ${JSON.stringify(variables)}`).toBeUndefined();
  expect(answer.status).toBe(200);
  return answer.data;
}

const nodesOf = (connection: { edges: { node: Record<string, any> }[] }) =>
  connection.edges.map(({ node }) => node);

/** What every title on a card has to have. */
function expectCards(cards: Record<string, any>[]): void {
  for (const card of cards) {
    expect(card).toMatchObject({
      __typename: card.kind === "MOVIE" ? "Movie" : "Series",
      id: expect.stringMatching(/^[\w-]+$/),
      name: expect.stringMatching(/\S/),
      kind: expect.stringMatching(/^(MOVIE|SERIES)$/),
      maturityRating: expect.stringMatching(/^(G|PG|R|NR|NC-17|PG-13|TV-.+)$/),
      genres: expect.any(Array),
      inMyWatchlist: expect.any(Boolean),
    });
  }
}

it("fits the schema as it stands", () => {
  expect(validate(buildSchema(printedSchema()), parse(document))).toEqual([]);
});

describe("SignIn and SelectProfile", () => {
  it("answers a session and everything about who it is for", async () => {
    const input = { email: "viewer@meridian.example", password: "marquee" };
    const { signIn } = await run("SignIn", { input });
    expect(signIn).toMatchObject({
      accessToken: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      refreshToken: expect.stringMatching(/^meridian\.[\w-]{40,}$/),
      errors: [],
      viewer: {
        account: { email: input.email },
        profile: { name: "Vera" },
        profiles: [{ name: "Vera", kind: "ADULT", maturityLimit: "NC-17" }],
        tenant: { slug: "meridian", name: "Meridian", tier: "SHARED" },
        roles: ["VIEWER"],
      },
    });
    expect(await run("Viewer", {}, { token: signIn.accessToken })).toEqual({ viewer: signIn.viewer });
  });

  it.each(TENANTS)("goes on as the kids profile of a family at %s", async (tenant) => {
    const { signIn } = await run("SignIn", {
      input: { email: `family@${tenant}.example`, password: "marquee" },
    });
    const kids = signIn.viewer.profiles.find(({ kind }: { kind: string }) => kind === "KIDS");
    const { selectProfile } = await run(
      "SelectProfile",
      { input: { profile: kids.id } },
      { token: signIn.accessToken },
    );
    expect(selectProfile).toMatchObject({
      errors: [],
      viewer: { profile: { id: kids.id, name: kids.name } },
    });
    const { viewer } = await run("Viewer", {}, { token: selectProfile.accessToken });
    expect(viewer.profile.id).toBe(kids.id);
    const { home } = await run("Home", {}, { token: selectProfile.accessToken });
    const ratings = home.flatMap((row: Record<string, any>) =>
      nodesOf(row.titles).map((title) => title.maturityRating),
    );
    expect(ratings.length).toBeGreaterThan(0);
    expect(new Set(ratings)).not.toContain("R");
    expect([...new Set<string>(ratings)].filter((name) => !/^(G|PG|TV-(Y|G|PG))$/.test(name))).toEqual([]);
  });
});

describe("Home", () => {
  it("answers ten rows of real films to the demo viewer of meridian, with reasons and progress", async () => {
    const token = await gateway.signIn("viewer@meridian.example");
    const { home } = await run("Home", {}, { token });
    expect(home).toHaveLength(10);
    const kinds = home.map((row: { kind: string }) => row.kind);
    for (const kind of ["CONTINUE_WATCHING", "RECOMMENDED", "TOP_10", "BECAUSE_YOU_WATCHED", "WATCHLIST"]) {
      expect(kinds).toContain(kind);
    }
    for (const row of home) expectCards(nodesOf(row.titles));
    const row = (kind: string) => home.find((one: { kind: string }) => one.kind === kind);
    expect(
      nodesOf(row("CONTINUE_WATCHING").titles).every(({ myProgress }) => myProgress.positionSeconds > 0),
    ).toBe(true);
    expect(nodesOf(row("WATCHLIST").titles).every((title) => title.inMyWatchlist === true)).toBe(true);
    expect(row("TOP_10").titles.edges.length).toBeLessThanOrEqual(10);
    const because = row("BECAUSE_YOU_WATCHED");
    expect(because.name).toBe(`Because you watched ${because.because.name}`);
    expect(because.titles.edges[0].reason).toMatchObject({
      text: because.name,
      title: { id: because.because.id },
    });
    expect(new Set(home.map((one: { id: string }) => one.id)).size).toBe(10);
  });

  it.each(TENANTS)("answers rows to a visitor and to a viewer of %s", async (tenant) => {
    const token = await gateway.signIn(`viewer@${tenant}.example`);
    const visitor = await run("Home", { rows: 5, perRow: 3 }, { tenant });
    const viewer = await run("Home", { rows: 5, perRow: 3 }, { token });
    for (const { home } of [visitor, viewer]) {
      expect(home).toHaveLength(5);
      for (const row of home) {
        expect(row.titles.edges.length).toBeGreaterThan(0);
        expect(row.titles.edges.length).toBeLessThanOrEqual(3);
        expectCards(nodesOf(row.titles));
      }
    }
    expect(visitor.home.map((row: { kind: string }) => row.kind)).not.toContain("CONTINUE_WATCHING");
  });
});

describe.each(TENANTS)("the catalogue of %s", (tenant) => {
  const asking: { token?: string; tenant?: string } = {};
  beforeAll(async () => {
    asking.token = await gateway.signIn(`viewer@${tenant}.example`);
  });

  it("browses with and without a filter, in order", async () => {
    for (const as of [asking, { tenant }]) {
      const { titles } = await run("Browse", { first: 100 }, as);
      expect(titles.edges).toHaveLength(100);
      expect(titles.totalCount).toBeGreaterThan(300);
      expect(titles.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
      expectCards(nodesOf(titles));
      expect(nodesOf(titles).some(({ credits }) => credits.length > 0 && credits[0].person.name)).toBe(true);
    }
    const orderBy = { field: "RELEASE_YEAR", direction: "DESC" };
    const filter = { releaseYear: { from: 1990, to: 2005 } };
    const { titles } = await run("Browse", { filter, orderBy, last: 7 }, asking);
    const years = nodesOf(titles).map(({ releaseYear }) => releaseYear as number);
    expect(years.length).toBe(7);
    expect(years).toEqual([...years].sort((a, b) => b - a));
    expect(years.every((year) => year >= 1990 && year <= 2005)).toBe(true);
    expect(titles.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
  });

  it("shows a title, now and as of a date, its people and what it is like", async () => {
    const { titles } = await run(
      "Browse",
      { first: 1, orderBy: { field: "POPULARITY", direction: "DESC" } },
      asking,
    );
    const card = titles.edges[0].node;
    for (const as of [asking, { tenant }]) {
      const { title } = await run("TitlePage", { id: card.id }, as);
      expect(title).toMatchObject({ id: card.id, name: card.name, popularity: expect.any(Number) });
      expect(title.availability.length).toBeGreaterThan(0);
      expect(title.credits.length).toBeGreaterThan(0);
      expectCards(nodesOf(title.similar));
      if (title.kind === "SERIES")
        expect(title.seasons[0]).toMatchObject({ number: 1, episodes: expect.any(Array) });
      else expect(title).toHaveProperty("runtimeMinutes");
      const { person } = await run("Person", { id: title.credits[0].person.id }, as);
      expect(person).toMatchObject(title.credits[0].person);
      expect(nodesOf(person.titles).map(({ id }) => id)).toContain(card.id);
    }
    const now = await run("TitlePage", { id: card.id, asOf: new Date().toISOString() }, asking);
    expect(now.title).toMatchObject({ id: card.id, name: card.name });
    expect(await run("TitlePage", { id: card.id, asOf: "1950-01-01T00:00:00Z" }, asking)).toEqual({
      title: null,
    });
  });

  it("searches and suggests what is there", async () => {
    const { titles } = await run(
      "Browse",
      { first: 1, orderBy: { field: "POPULARITY", direction: "DESC" } },
      asking,
    );
    const { id, name } = titles.edges[0].node;
    for (const as of [asking, { tenant }]) {
      const { search } = await run("Search", { query: name }, as);
      expect(nodesOf(search).map((title) => title.id)).toContain(id);
      expect(search.facets.map(({ field }: { field: string }) => field).sort()).toEqual([
        "DECADE",
        "GENRE",
        "KIND",
        "MATURITY",
      ]);
      expect(search.totalCount).toBeGreaterThanOrEqual(search.edges.length);
      expect(JSON.stringify(search.edges[0].highlights)).toContain("<em>");
      expectCards(nodesOf(search));
      const { suggest } = await run("Suggest", { prefix: name.slice(0, Math.max(4, name.length - 3)) }, as);
      expect(suggest.map((entry: Record<string, any>) => entry.node?.id)).toContain(id);
    }
  });

  it("has a Top 10", async () => {
    for (const variables of [{}, { country: "US" }]) {
      const { top10 } = await run("Top10", variables, asking);
      const ranks = top10.map(({ rank }: { rank: number }) => rank);
      expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
      expect(ranks.length).toBeLessThanOrEqual(10);
      for (const entry of top10) expect(entry.viewers).toBeGreaterThan(0);
      expectCards(top10.map(({ title }: { title: Record<string, any> }) => title));
    }
    const { top10 } = await run("Top10", {}, asking);
    expect(top10.length).toBeGreaterThan(3);
    expect(await run("Top10", { date: "1999-12-31" }, asking)).toEqual({ top10: [] });
  });

  it("fetches nodes again by their ids", async () => {
    const { titles } = await run("Browse", { first: 3 }, asking);
    const cards = nodesOf(titles);
    const expected = cards.map(({ __typename, id }) => ({ __typename, id }));
    expect(await run("Node", { id: cards[0]!.id }, asking)).toEqual({ node: expected[0] });
    const ids = [cards[0]!.id, "Title:no-such-title", cards[2]!.id, cards[1]!.id];
    expect(await run("Nodes", { ids }, asking)).toEqual({
      nodes: [expected[0], null, expected[2], expected[1]],
    });
  });

  it("keeps a shelf", async () => {
    const { viewer } = await run("MyShelf", {}, asking);
    const { continueWatching, watchlist, history, ratings, recommendations } = viewer.profile;
    for (const list of [continueWatching, watchlist, history, ratings]) {
      expect(list.edges.length).toBeGreaterThan(0);
      expectCards(nodesOf(list));
    }
    expect(nodesOf(watchlist).every((title) => title.inMyWatchlist === true)).toBe(true);
    // Also of titles that were finished before and are watched again.
    expect(nodesOf(continueWatching).every(({ myProgress }) => myProgress.positionSeconds > 0)).toBe(true);
    const times = history.edges.map(({ watchedAt }: { watchedAt: string }) => Date.parse(watchedAt));
    expect(times).toEqual([...times].sort((a, b) => b - a));
    expect(ratings.edges.every(({ rating }: { rating: number }) => rating >= 1 && rating <= 5)).toBe(true);
    expect(recommendations).toHaveLength(20);
    expect(recommendations.every(({ reason }: Record<string, any>) => reason.text.length > 5)).toBe(true);
    expect(await run("MyShelf", {}, { tenant })).toEqual({ viewer: null });
  });
});

describe("what the demo promises", () => {
  const names = async (query: string, operation = "Search") =>
    nodesOf((await run(operation, { query, first: 5 })).search).map(({ name }) => name as string);

  it("finds The Godfather by a misspelling of it", async () => {
    expect((await names("godfahter"))[0]).toBe("The Godfather");
  });

  it("finds the same films by words joined and split", async () => {
    const joined = await names("spiderman");
    expect(joined.some((name) => name.startsWith("Spider-Man"))).toBe(true);
    expect(new Set(await names("spider man"))).toEqual(new Set(joined));
  });

  it("answers the version of a title that was in force at a date", async () => {
    const id = "Title:film-the-godfather-1972";
    const title = async (asOf?: string) => (await run("TitlePage", { id, asOf })).title;
    expect(await title("2020-01-01T00:00:00Z")).toMatchObject({ name: "Mario Puzo's The Godfather" });
    expect(await title("2023-01-01T00:00:00Z")).toMatchObject({ name: "The Godfather" });
    expect(await title()).toMatchObject({ name: "The Godfather" });
    expect(await title("2018-01-01T00:00:00Z")).toBeNull();
  });
});
