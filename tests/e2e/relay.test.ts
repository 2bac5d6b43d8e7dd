/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-member-access -- answers are read as clients read them: JSON of any shape */
import { beforeAll, describe, expect, it } from "vitest";

import { type TitleFacts } from "../../datasources/core/title-fields.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { learn } from "../../src/jobs/learn.js";
import { adultProfile, publish } from "../support/catalogue.js";
import { useGateway } from "../support/fixtures.js";
import { type Answer } from "../support/gateway.js";
import { named, titleBody } from "../support/titles.js";

const PERSON = named("Greta Lang");
const GENRE = named("Harbour");
const COUNT = 45;
const at = (minute: number) => new Date(Date.parse("2026-05-01T00:00:00Z") + minute * 60_000).toISOString();

/** Films with many ties in year and time of joining, so that the order within a tie matters. */
const film = (id: string, fields: Partial<TitleFacts> = {}): TitleFacts =>
  titleBody({
    id,
    name: `Lantern ${id}`,
    genres: [GENRE],
    releaseYear: 1990 + (Number(id.slice(1)) % 4),
    addedAt: at(Number(id.slice(1)) % 3),
    credits: [{ role: "DIRECTOR", character: null, person: PERSON }],
    ...fields,
  });
const IDS = Array.from({ length: COUNT }, (_, index) => `f${String(index + 10)}`);

const gateway = useGateway();
let token: string;

beforeAll(async () => {
  [, token] = await populated({ learn: true });
});

/** A tenant whose one profile has every film on every shelf. */
async function populated(options: { learn: boolean }): Promise<[Tenant, string]> {
  const { stores } = gateway;
  const made = await gateway.createTenant();
  await publish(
    stores,
    made,
    IDS.map((id) => film(id)),
  );
  await stores.accounts.putProfiles(made, [adultProfile("p")]);
  const event = (profileId: string, titleId: string, index: number, completed: boolean) => ({
    id: `${profileId} ${titleId}`,
    profileId,
    titleId,
    at: at(1000 + Math.floor(index / 3)),
    seconds: 600 + index,
    completed,
    country: "US",
    device: "TV",
    rating: (index % 5) + 1,
  });
  const crowd = Array.from({ length: 8 }, (_, n) =>
    IDS.filter((_id, i) => (i * 7 + n) % 4 !== 0).map((id, i) => event(`c${n}`, id, i, true)),
  );
  await stores.viewingIngest.ingest(made, [
    ...IDS.map((id, index) => event("p", id, index, false)),
    ...crowd.flat(),
  ]);
  await stores.viewingIngest.addToWatchlists(
    made,
    IDS.map((titleId, index) => ({ profileId: "p", titleId, addedAt: at(Math.floor(index / 4)) })),
  );
  if (options.learn) await learn(stores, made);
  return [
    made,
    await gateway.tokenFor({ tenant: made.slug, account: null, profile: "p", roles: ["VIEWER"] }),
  ];
}

interface Connection {
  edges: { cursor: string; node: { externalId: string } }[];
  pageInfo: {
    hasNextPage: boolean;
    hasPreviousPage: boolean;
    startCursor: string | null;
    endCursor: string | null;
  };
}
interface List {
  /** The query around the field, whose place is `$`. */
  around: string;
  field: string;
  args?: string;
  bothWays?: boolean;
  atLeast?: number;
}

const PAGE =
  "{ edges { cursor node { externalId } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }";
const ofProfile = "{ viewer { profile { $ } } }";
const LISTS: Record<string, List> = {
  "titles by name": { around: "{ $ }", field: "titles", bothWays: true },
  "titles by year": {
    around: "{ $ }",
    field: "titles",
    args: "orderBy: { field: RELEASE_YEAR, direction: DESC }",
    bothWays: true,
  },
  "titles by popularity": {
    around: "{ $ }",
    field: "titles",
    args: "orderBy: { field: POPULARITY, direction: DESC }",
    bothWays: true,
  },
  "titles by time of joining": {
    around: "{ $ }",
    field: "titles",
    args: `orderBy: { field: ADDED_AT } filter: { genres: ["${GENRE.name}"] }`,
    bothWays: true,
  },
  "a person's titles": {
    around: `{ person(id: "Person:${PERSON.id}") { $ } }`,
    field: "titles",
    bothWays: true,
  },
  watchlist: { around: ofProfile, field: "watchlist", bothWays: true },
  history: { around: ofProfile, field: "history", bothWays: true },
  ratings: { around: ofProfile, field: "ratings", bothWays: true },
  continueWatching: { around: ofProfile, field: "continueWatching", bothWays: true },
  search: { around: "{ $ }", field: "search", args: 'query: "lantern"' },
  "similar titles": { around: `{ title(id: "Title:${IDS[0]}") { $ } }`, field: "similar", atLeast: 10 },
  "a row of the home page": {
    around: '{ node(id: "HomeRow:CONTINUE_WATCHING") { ... on HomeRow { $ } } }',
    field: "titles",
  },
};

const cursor = (name: string, value: string | null | undefined) =>
  value == null ? "" : ` ${name}: "${value}"`;

function send(list: List, paging: string): Promise<Answer> {
  const args = [list.args, paging].filter(Boolean).join(" ");
  return gateway.ask(list.around.replace("$", `list: ${list.field}${args ? `(${args})` : ""} ${PAGE}`), {
    token,
  });
}

async function page(list: List, paging: string): Promise<Connection> {
  const answer = await send(list, paging);
  expect(answer.errors).toBeUndefined();
  return connectionIn(answer.data);
}

/** The one field named `list`, wherever it stands. */
function connectionIn(data: Record<string, any>): Connection {
  return (data.list ?? connectionIn(Object.values(data)[0] as Record<string, any>)) as Connection;
}

const idsOf = (connection: Connection) => connection.edges.map(({ node }) => node.externalId);

describe.each(Object.entries(LISTS))("paging through %s", (_, list) => {
  it("has every row once and no more", async () => {
    const ids = idsOf(await page(list, "first: 100"));
    expect(new Set(ids).size).toBe(ids.length);
    if (list.atLeast === undefined) expect([...ids].sort()).toEqual(IDS);
    else expect(ids.length).toBeGreaterThanOrEqual(list.atLeast);
  });

  it("meets each row once and in order forwards, with flags that say so", async () => {
    const all = await page(list, "first: 100");
    const met: string[] = [];
    const cursors: string[] = [];
    let after: string | null = null;
    for (let more = true; more;) {
      const here: Connection = await page(list, `first: 7${cursor("after", after)}`);
      met.push(...idsOf(here));
      cursors.push(...here.edges.map((edge) => edge.cursor));
      expect(here.pageInfo.startCursor).toBe(here.edges[0]?.cursor);
      expect(here.pageInfo.endCursor).toBe(here.edges.at(-1)?.cursor);
      expect(here.pageInfo.hasPreviousPage).toBe(after !== null);
      more = here.pageInfo.hasNextPage;
      expect(more).toBe(met.length < all.edges.length);
      after = here.pageInfo.endCursor;
    }
    expect(met).toEqual(idsOf(all));
    expect(new Set(cursors).size).toBe(cursors.length);
  });

  it("takes 0 to 100, 20 by default, and refuses the rest by name", async () => {
    expect(await page(list, "first: 0")).toMatchObject({
      edges: [],
      pageInfo: { hasNextPage: false, startCursor: null, endCursor: null },
    });
    const fallback = await page(list, "");
    expect(fallback.edges).toHaveLength(Math.min(20, (await page(list, "first: 100")).edges.length));
    const wrong: [string, string][] = [
      ["first: -1", "first"],
      ["first: 101", "first"],
      ["first: 2147483647", "first"],
    ];
    if (list.bothWays)
      wrong.push(
        ["last: -1", "last"],
        ["last: 101", "last"],
        ["first: 1 last: 1", "last"],
        ["first: 0 last: 0", "last"],
      );
    for (const [paging, field] of wrong) {
      const { errors } = await send(list, paging);
      expect(errors?.[0], paging).toMatchObject({
        message: expect.stringContaining(`${field}: `),
        extensions: { code: "INVALID_PAGE", field, accepted: expect.any(String) },
      });
    }
  });

  it("refuses a cursor that is damaged, made up or of another list, by name", async () => {
    const own = (await page(list, "first: 3")).edges[1]!.cursor;
    const other = list === LISTS.history ? LISTS.ratings! : LISTS.history!;
    const foreign = (await page(other, "first: 3")).edges[1]!.cursor;
    const payload = Buffer.from(own, "base64url");
    payload[payload.length - 3]! ^= 1;
    const madeUp = Buffer.concat([Buffer.alloc(9), Buffer.from('["a","f10"]')]).toString("base64url");
    const wrong = [
      "",
      "x",
      "AAAAAAAAAAAAAAAA",
      own.slice(0, -2),
      `${own}AAAA`,
      `${own}!`,
      ` ${own}`,
      own.slice(0, 5),
      "a".repeat(5000),
      foreign,
      payload.toString("base64url"),
      madeUp,
    ];
    for (const [index, text] of wrong.entries()) {
      for (const field of list.bothWays ? ["after", "before"] : ["after"]) {
        const { errors } = await send(list, `first: 3${cursor(field, text)}`);
        expect(errors?.[0], `${index} ${field} ${text.slice(0, 40)}`).toMatchObject({
          message: expect.stringContaining(`${field}: `),
          extensions: { code: "INVALID_CURSOR", field },
        });
      }
    }
  });
});

describe.each(Object.entries(LISTS).filter(([, list]) => list.bothWays))(
  "paging both ways through %s",
  (_, list) => {
    it("meets each row once and in order backwards, with flags that say so", async () => {
      const all = idsOf(await page(list, "first: 100"));
      const met: string[] = [];
      let before: string | null = null;
      for (let more = true; more;) {
        const here: Connection = await page(list, `last: 7${cursor("before", before)}`);
        met.unshift(...idsOf(here));
        expect(here.pageInfo.hasNextPage).toBe(before !== null);
        more = here.pageInfo.hasPreviousPage;
        expect(more).toBe(met.length < all.length);
        before = here.pageInfo.startCursor;
      }
      expect(met).toEqual(all);
    });

    it("takes after and before together as a range", async () => {
      const all = await page(list, "first: 100");
      const [from, to] = [all.edges[4]!.cursor, all.edges[15]!.cursor];
      const range = `${cursor("after", from)}${cursor("before", to)}`;
      expect(idsOf(await page(list, `first: 100${range}`))).toEqual(idsOf(all).slice(5, 15));
      const start = await page(list, `first: 3${range}`);
      expect(idsOf(start)).toEqual(idsOf(all).slice(5, 8));
      expect(start.pageInfo.hasNextPage).toBe(true);
      const end = await page(list, `last: 3${range}`);
      expect(idsOf(end)).toEqual(idsOf(all).slice(12, 15));
      expect(end.pageInfo.hasPreviousPage).toBe(true);
    });
  },
);

describe("cursors of another order, filter, search or tenant", () => {
  const titles = (args: string, as = token) =>
    gateway.ask(`{ titles(${args}) { edges { cursor } } search(query: "lantern") { edges { cursor } } }`, {
      token: as,
    });
  const codeOf = async (args: string, as = token) => (await titles(args, as)).errors?.[0]?.extensions.code;

  it("are refused", async () => {
    const { data } = await titles("first: 2");
    const after = `after: "${data.titles.edges[0].cursor}"`;
    expect(await codeOf(`first: 2 ${after}`)).toBeUndefined();
    expect(
      await codeOf(`first: 2 ${after} orderBy: { field: NAME }`),
      "the default, spelt out",
    ).toBeUndefined();
    expect(await codeOf(`first: 2 ${after} orderBy: { field: NAME, direction: DESC }`)).toBe(
      "INVALID_CURSOR",
    );
    expect(await codeOf(`first: 2 ${after} orderBy: { field: POPULARITY }`)).toBe("INVALID_CURSOR");
    expect(await codeOf(`first: 2 ${after} filter: { genres: ["harbour"] }`)).toBe("INVALID_CURSOR");
    const meridian = await gateway.signIn("viewer@meridian.example");
    expect(await codeOf(`first: 2 ${after}`, meridian)).toBe("INVALID_CURSOR");
    const search = (query: string) =>
      gateway.ask(
        `{ search(query: "${query}", after: "${data.search.edges[0].cursor}") { edges { cursor } } }`,
        { token },
      );
    expect((await search("lantern")).errors).toBeUndefined();
    expect((await search("lanterns")).errors?.[0]?.extensions.code).toBe("INVALID_CURSOR");
  });
});

describe("rows that come and go between pages", () => {
  it("neither repeat nor hide the others", async () => {
    const { stores } = gateway;
    const other = await gateway.createTenant();
    await publish(
      stores,
      other,
      IDS.map((id) => film(id)),
    );
    const read = async (paging: string) => {
      const { data } = await gateway.ask(`{ list: titles(${paging}) ${PAGE} }`, { tenant: other.slug });
      return connectionIn(data);
    };
    const first = await read("first: 10");
    expect(idsOf(first)).toEqual(IDS.slice(0, 10));
    await publish(stores, other, [
      film("f01"),
      film("f99"),
      film(IDS[9]!, { state: "ARCHIVED" }),
      film(IDS[10]!, { state: "ARCHIVED" }),
      film(IDS[3]!, { state: "ARCHIVED" }),
      film("f90", { name: "Lantern f19 and a half" }),
    ]);
    const rest = await read(`first: 100${cursor("after", first.pageInfo.endCursor)}`);
    expect(idsOf(rest)).toEqual(["f90", ...IDS.slice(11), "f99"]);
    const back = await read(`last: 100${cursor("before", first.pageInfo.endCursor)}`);
    expect(idsOf(back)).toEqual(["f01", ...IDS.slice(0, 9).filter((id) => id !== IDS[3])]);
  });

  it("leave the pages of a watchlist and of a home row whole", async () => {
    const { stores } = gateway;
    const [made] = await populated({ learn: false });
    // Who has begun none of them: what goes on stands on a row of its own.
    const profile = "q";
    await stores.accounts.putProfiles(made, [adultProfile(profile)]);
    const aside = IDS.map((titleId, index) => ({
      profileId: profile,
      titleId,
      addedAt: at(Math.floor(index / 4)),
    }));
    await stores.viewingIngest.addToWatchlists(made, aside);
    const own = await gateway.tokenFor({ tenant: made.slug, account: null, profile });
    const read = async (field: string, paging: string) => {
      const { data } = await gateway.ask(field.replace("$", `(${paging}) ${PAGE}`), { token: own });
      return connectionIn(data);
    };
    const watchlist = "{ viewer { profile { list: watchlist$ } } }";
    const row = '{ node(id: "HomeRow:WATCHLIST") { ... on HomeRow { list: titles$ } } }';
    const [list, home] = [await read(watchlist, "first: 10"), await read(row, "first: 10")];
    expect(idsOf(home)).toEqual(idsOf(list));
    const expected = idsOf(await read(watchlist, `first: 100${cursor("after", list.pageInfo.endCursor)}`));
    const [gone, next] = [idsOf(list)[9]!, expected[0]!];
    await publish(stores, made, [
      film("f95"),
      film(gone, { state: "ARCHIVED" }),
      film(next, { state: "ARCHIVED" }),
    ]);
    await stores.viewingIngest.addToWatchlists(made, [
      { profileId: profile, titleId: "f95", addedAt: at(5000) },
    ]);
    expect(idsOf(await read(watchlist, "first: 1"))).toEqual(["f95"]);
    expect(idsOf(await read(watchlist, `first: 100${cursor("after", list.pageInfo.endCursor)}`))).toEqual(
      expected.slice(1),
    );
    expect(idsOf(await read(row, `first: 100${cursor("after", home.pageInfo.endCursor)}`))).toEqual(
      expected.slice(1),
    );
  });
});

describe("node", () => {
  let ids: Record<string, string>;
  let viewer: string;

  beforeAll(async () => {
    viewer = await gateway.signIn("viewer@lumen.example");
    const { data } = await gateway.ask(
      `{ titles(first: 1, filter: { kinds: [SERIES] }) { edges { node { id genres { id } studio { id } credits { person { id } }
           ... on Series { seasons { id episodes { id } } } } } }
         viewer { account { id } profile { id } membership { id plan { id } } } home(first: 1) { id } }`,
      { token: viewer },
    );
    const series = data.titles.edges[0].node;
    ids = {
      Series: series.id,
      Season: series.seasons[0].id,
      Episode: series.seasons[0].episodes[1].id,
      Person: series.credits[0].person.id,
      Genre: series.genres[0].id,
      Studio: series.studio.id,
      Profile: data.viewer.profile.id,
      Account: data.viewer.account.id,
      Membership: data.viewer.membership.id,
      Plan: data.viewer.membership.plan.id,
      HomeRow: data.home[0].id,
    };
  });

  const ask = (query: string, variables: object, as: string | undefined = viewer) =>
    gateway.ask(query, { variables: { ...variables }, token: as, tenant: "lumen" });
  const NODE = "query ($id: ID!) { node(id: $id) { __typename id } }";
  const NODES = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }";

  it("answers every type that has an id, alone and among others in their order", async () => {
    const expected = Object.entries(ids).map(([__typename, id]) => ({ __typename, id }));
    for (const entry of expected) expect((await ask(NODE, { id: entry.id })).data).toEqual({ node: entry });
    expect((await ask(NODES, { ids: Object.values(ids) })).data.nodes).toEqual(expected);
    const twice = [ids.Person, "Person:nobody", ids.Series, ids.Person];
    expect(
      (await ask(NODES, { ids: twice })).data.nodes.map((node: { id: string } | null) => node?.id ?? null),
    ).toEqual([ids.Person, null, ids.Series, ids.Person]);
    expect((await ask(NODES, { ids: [] })).data).toEqual({ nodes: [] });
  });

  it("answers fields of the type behind an id", async () => {
    const query =
      "query ($id: ID!) { node(id: $id) { ... on Title { name } ... on Episode { number runtimeMinutes } ... on Plan { maxStreams } ... on HomeRow { titles(first: 1) { edges { node { name } } } } } }";
    expect((await ask(query, { id: ids.Episode })).data.node).toEqual({
      number: 2,
      runtimeMinutes: expect.any(Number),
    });
    expect((await ask(query, { id: ids.Plan })).data.node).toEqual({ maxStreams: 4 });
    expect((await ask(query, { id: ids.HomeRow })).data.node.titles.edges).toHaveLength(1);
  });

  it("does not answer what belongs to somebody else", async () => {
    const others = await gateway.signIn("family@lumen.example");
    for (const type of ["Profile", "Account", "Membership"]) {
      expect((await ask(NODE, { id: ids[type] }, others)).data, type).toEqual({ node: null });
      expect((await gateway.ask(NODE, { variables: { id: ids[type] }, tenant: "lumen" })).data, type).toEqual(
        { node: null },
      );
    }
  });

  it("takes an id of another type for a missing one", async () => {
    const query = "query ($a: ID!, $b: ID!) { title(id: $a) { id } person(id: $b) { id } }";
    expect((await ask(query, { a: ids.Person, b: ids.Series })).data).toEqual({ title: null, person: null });
  });

  it("names the id that is malformed, and refuses more than a hundred", async () => {
    const { errors } = await ask(NODES, { ids: [ids.Series, "what?"] });
    expect(errors?.[0]).toMatchObject({
      message: expect.stringMatching(/^ids\[1\]: not an id/),
      extensions: { code: "INVALID_ID", field: "ids[1]" },
    });
    const many = await ask(NODES, { ids: Array.from({ length: 101 }, (_, index) => `Title:${index}`) });
    expect(many.errors?.[0]?.extensions).toMatchObject({
      code: "BAD_USER_INPUT",
      field: "ids",
      accepted: "at most 100 ids",
    });
  });
});
