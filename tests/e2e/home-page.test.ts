import { beforeAll, describe, expect, it } from "vitest";

import { isKidsGenre, suitsKids } from "../../datasources/core/kids-genres.js";
import { demoSlugs } from "../../seeds/seed-options.js";
import { useGateway } from "../support/fixtures.js";

/*
 * The home page of every profile of the demo accounts and of generated profiles, in every demo tenant, against what a page
 * has to be. What stands on it is looked at whole, not only what one sees first.
 */

const gateway = useGateway(() => ({ MARQUEE_MAX_COST: "100000", MARQUEE_MAX_ANSWER_BYTES: "100000000" }));

const HOME = `query ($size: Int!) { home(first: 100) { id kind because { externalId } titles(first: $size) { edges {
  node { externalId genres { name } myProgress { completed } myRating } } } } }`;

interface TitleOfRow {
  externalId: string;
  genres: { name: string }[];
  myProgress: object | null;
  myRating: number | null;
}

interface Row {
  id: string;
  kind: string;
  because: { externalId: string } | null;
  titles: TitleOfRow[];
}

interface HomeOf {
  whose: string;
  isKids: boolean;
  rows: Row[];
  calls: number;
}

/** Of the generated profiles of a tenant, every so many are looked at. */
const EVERY = 15;
const GENERATED = 600;
const FIRST_ROWS = 5;
const SHELVES = new Set(["CONTINUE_WATCHING", "WATCHLIST"]);
/** What a client shows of a row before somebody asks for more. */
const SHOWN = 20;

async function homeOf(
  whose: string,
  token: string | undefined,
  tenant: string,
  size: number,
): Promise<HomeOf> {
  const answer = await gateway.ask(HOME, { token, tenant, variables: { size }, explain: true });
  expect(answer.errors, whose).toBeUndefined();
  const home = answer.data.home as (Omit<Row, "titles"> & { titles: { edges: { node: TitleOfRow }[] } })[];
  const rows = home.map((row) => ({ ...row, titles: row.titles.edges.map(({ node }) => node) }));
  return { whose, isKids: false, rows, calls: answer.extensions!.explain!.calls.length };
}

/** The pages of the profiles of the demo accounts, whole. */
async function accountHomes(tenant: string): Promise<HomeOf[]> {
  const homes: HomeOf[] = [];
  for (const name of ["viewer", "family", "editor", "operator"]) {
    const token = await gateway.signIn(`${name}@${tenant}.example`);
    const { data } = await gateway.ask("{ viewer { profiles { id externalId kind } } }", { token });
    const { profiles } = data.viewer as { profiles: { id: string; externalId: string; kind: string }[] };
    for (const { id, externalId, kind } of profiles) {
      const as = await gateway.ask(
        `mutation { selectProfile(input: { profile: "${id}" }) { accessToken } }`,
        { token },
      );
      const own = (as.data.selectProfile as { accessToken: string }).accessToken;
      homes.push({ ...(await homeOf(externalId, own, tenant, 100)), isKids: kind === "KIDS" });
    }
  }
  return homes;
}

/** Those of generated profiles, as far as a client shows them. */
async function generatedHomes(tenant: string): Promise<HomeOf[]> {
  const homes: HomeOf[] = [];
  for (let n = 1; n <= GENERATED; n += EVERY) {
    const profile = `profile-${String(n).padStart(5, "0")}`;
    const token = await gateway.tokenFor({ tenant, account: null, profile });
    const { data } = await gateway.ask("{ viewer { profile { kind } } }", { token });
    const isKids = (data.viewer as { profile: { kind: string } }).profile.kind === "KIDS";
    homes.push({ ...(await homeOf(profile, token, tenant, SHOWN)), isKids });
  }
  return homes;
}

const idsOf = (rows: readonly Row[]) =>
  rows.flatMap(({ titles }) => titles.map(({ externalId }) => externalId));
const wasTouched = ({ myProgress, myRating }: TitleOfRow) => myProgress !== null || myRating !== null;
const asShown = (row: Row): Row => ({ ...row, titles: row.titles.slice(0, SHOWN) });
const repeatedIn = (ids: readonly string[]) => ids.filter((id, at) => ids.indexOf(id) !== at);
const suggestions = ({ rows }: HomeOf) => rows.filter(({ kind }) => !SHELVES.has(kind) && kind !== "TOP_10");

/** Every rule, with what breaks it on a page: nothing. */
const RULES: Record<string, (home: HomeOf) => unknown[]> = {
  "shows no title twice in its first five rows": ({ rows }) => repeatedIn(idsOf(rows.slice(0, FIRST_ROWS))),
  "suggests nothing that was begun or rated, in its first five rows not even in a chart": ({ rows }) =>
    rows.flatMap(({ kind, titles }, place) =>
      SHELVES.has(kind) || (kind === "TOP_10" && place >= FIRST_ROWS) ? [] : titles.filter(wasTouched),
    ),
  "has no two rows beside each other that are built on watches": ({ rows }) =>
    rows.filter(({ because }, at) => because !== null && at > 0 && rows[at - 1]!.because !== null),
  "has what was put aside among its first four rows": ({ rows }) =>
    rows.filter(({ kind }, place) => kind === "WATCHLIST" && place >= 4),
  "has no row of fewer than four suggestions": (home) =>
    suggestions(home).filter(({ titles }) => titles.length < 4),
  "has each row once": ({ rows }) => repeatedIn(rows.map(({ id }) => id)),
  "has five rows or more": ({ rows }) => (rows.length >= FIRST_ROWS ? [] : rows),
  "takes at most eight store calls": ({ calls }) => (calls <= 8 ? [] : [calls]),
  "suggests to children what is for children": (home) =>
    home.isKids
      ? suggestions(home).flatMap(({ titles }) => titles.filter(({ genres }) => !suitsKids(genres)))
      : [],
};

describe.each(demoSlugs())("the home pages of %s", (tenant) => {
  let homes: HomeOf[];
  beforeAll(async () => {
    const visitor = await homeOf("a visitor", undefined, tenant, 100);
    homes = [visitor, ...(await accountHomes(tenant)), ...(await generatedHomes(tenant))];
    expect(homes.filter(({ isKids }) => isKids).length).toBeGreaterThan(1);
    expect(homes.length).toBeGreaterThanOrEqual(1 + 5 + GENERATED / EVERY);
  });

  it.each(Object.entries(RULES))("each %s", (_, broken) => {
    const found = homes
      .map((home) => [home.whose, broken(home)] as const)
      .filter(([, { length }]) => length > 0);
    expect(found).toEqual([]);
  });

  it("is the same for the same facts", async () => {
    const token = await gateway.signIn(`viewer@${tenant}.example`);
    const [one, other] = [
      await homeOf("viewer", token, tenant, 100),
      await homeOf("viewer", token, tenant, 100),
    ];
    expect(other.rows).toEqual(one.rows);
  });

  it("has rows of genres that differ by taste: at most half of them is the same to two who differ", () => {
    const genres = ({ rows }: HomeOf) => rows.filter(({ kind }) => kind === "GENRE");
    const grown = homes.filter(({ isKids, whose }) => !isKids && whose !== "a visitor");
    const shares: number[] = [];
    for (const [at, one] of grown.entries())
      for (const other of grown.slice(at + 1)) {
        const both = genres(one).filter(({ id }) => genres(other).some((row) => row.id === id));
        // Who shares more of their favourite genres has the same taste, as far as genres tell.
        if (both.length > 1) continue;
        const [mine, theirs] = [one, other].map((home) => new Set(idsOf(genres(home).map(asShown))));
        const same = [...mine!].filter((id) => theirs!.has(id)).length;
        shares.push(same / Math.min(mine!.size, theirs!.size));
      }
    expect(shares.length).toBeGreaterThan(100);
    expect(shares.filter((share) => share > 0.5)).toEqual([]);
    expect(shares.reduce((sum, share) => sum + share, 0) / shares.length).toBeLessThan(0.25);
  });

  it("has for children rows of their own genres alone", async () => {
    const rows = homes.filter(({ isKids }) => isKids).flatMap((home) => home.rows);
    const { data } = await gateway.ask("{ genres { id name } }", { tenant });
    const genres = data.genres as { id: string; name: string }[];
    const local = (id: string) => Buffer.from(id, "base64url").toString("utf8").split(":").at(-1)!;
    const nameOf = new Map(genres.map(({ id, name }) => [local(id), name]));
    const named = rows
      .filter(({ kind }) => kind === "GENRE")
      .map(({ id }) => nameOf.get(local(id).split(" ")[1]!)!);
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((name) => !isKidsGenre({ name }))).toEqual([]);
  });
});
