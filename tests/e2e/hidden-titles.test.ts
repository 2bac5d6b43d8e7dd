import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

import { Kind, OperationTypeNode, parse } from "graphql";
import { beforeAll, describe, expect, it, vi } from "vitest";

import { type Role } from "../../datasources/core/vocabulary.js";
import { type TitleFacts } from "../../datasources/core/title-fields.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { packageRoot } from "../../packages/process/package-root.js";
import { type ToldCall } from "../../src/http/explain-plugin.js";
import { adultProfile, publish } from "../support/catalogue.js";
import { blocks, page } from "../support/documentation.js";
import { useGateway } from "../support/fixtures.js";
import { clientDocuments } from "../support/gateway.js";
import { PATIENCE } from "../support/patience.js";
import { named, titleBody } from "../support/titles.js";
import { learnAnew } from "../support/viewing-ground.js";

/*
 * What stores were asked for an answer, and what that has cost, tells nothing of titles that the asker may not meet: asked
 * of catalogues that differ by these alone, every query that is written down anywhere is explained and priced alike.
 */

const licence = (from: string, until: string | null, ...countries: string[]) => [{ countries, from, until }];
const GENRES = ["Drama", "Comedy", "Western"].map(named);
const PEOPLE = ["Ada Byron", "Grace Harbour"].map(named);

/** Films that share genres, people, studio and words. */
function films(start: string, count: number, more: Partial<TitleFacts> = {}): TitleFacts[] {
  return Array.from({ length: count }, (_, n) =>
    titleBody({
      id: `${start}-${n}`,
      name: `The Star of ${start} ${n}`,
      synopsis: "A war in the stars.",
      genres: [GENRES[n % GENRES.length]!],
      studio: named("Harbour Pictures"),
      credits: [{ role: "DIRECTOR", character: null, person: PEOPLE[n % PEOPLE.length]! }],
      maturityRating: "G",
      ...more,
    }),
  );
}

const OPEN = films("open", 24);
const HIDDEN = [
  ...films("draft", 4, { state: "DRAFT" }),
  ...films("archived", 4, { state: "ARCHIVED" }),
  // By their territory from grown-ups in the US, by their rating from children in France.
  ...films("french", 8, { maturityRating: "R", licences: licence("2010-01-01T00:00:00Z", null, "FR") }),
  ...films("over", 4, { licences: licence("2010-01-01T00:00:00Z", "2020-01-01T00:00:00Z", "*") }),
];

const gateway = useGateway();
/** With all titles, and without those that are hidden. */
let whole: Tenant;
let bare: Tenant;

beforeAll(async () => {
  [whole, bare] = await Promise.all([catalogue([...OPEN, ...HIDDEN]), catalogue(OPEN)]);
});

async function catalogue(titles: TitleFacts[]): Promise<Tenant> {
  const tenant = await gateway.createTenant();
  const { stores } = gateway;
  await publish(stores, tenant, titles);
  await stores.accounts.putProfiles(tenant, [
    adultProfile("adult"),
    { ...adultProfile("child"), kind: "KIDS", maturityLimit: 8, country: "FR" },
  ]);
  const watched = (profileId: string, ids: string[]) =>
    ids.map((titleId, n) => ({
      id: `${profileId} ${titleId}`,
      profileId,
      titleId,
      at: new Date(Date.now() - (n + 1) * 3_600_000).toISOString(),
      seconds: 1_800,
      completed: true,
      country: "US",
      device: "TV",
      rating: 5,
    }));
  const idsOf = (some: TitleFacts[]) => some.map(({ id }) => id);
  const others = idsOf(titles.filter((title) => !OPEN.includes(title)));
  // Who watches what is hidden is somebody else: what is open is liked by the same everywhere.
  const crowd = Array.from({ length: 5 }, (_, n) => [
    ...watched(`crowd ${n}`, idsOf(OPEN)),
    ...(n < 2 ? watched(`others ${n}`, others) : []),
  ]);
  const own = ["adult", "child"].flatMap((profile) => watched(profile, idsOf(OPEN.slice(0, 3))));
  await stores.viewingIngest.ingest(tenant, [...crowd.flat(), ...own]);
  // What a few titles are does not show in the statistics of a database.
  await learnAnew({ ...stores, settle: () => Promise.resolve() }, tenant);
  return tenant;
}

interface Query {
  name: string;
  text: string;
  operationName: string | undefined;
}

/** Variables of clients' documents; what an operation does not declare is passed over. */
const VARIABLES = {
  id: "Title:open-0",
  ids: ["Title:open-0", "Title:draft-0", "Title:french-0"],
  query: "star",
  prefix: "the st",
};
/** What may tell of what is hidden and no client's document asks. */
const MORE = [
  `{ title(id: "Title:draft-0") { name similar(first: 3) { edges { node { name } } } } }`,
  `{ person(id: "Person:${PEOPLE[0]!.id}") { titles { totalCount } } }`,
  `{ titles(filter: { genres: ["Western"] }) { totalCount edges { node { name } } } genres { name } }`,
  `{ search(query: "drfat") { totalCount didYouMean facets { field buckets { count } } } }`,
];

/** Every query that is written down for somebody. */
async function queries(): Promise<Query[]> {
  const folder = path.join(packageRoot(), "playground/src/examples");
  const examples = readdirSync(folder).filter((name) => name.endsWith(".graphql"));
  const texts: [name: string, text: string][] = [
    ["reads.graphql", await clientDocuments("reads.graphql")],
    ...examples.map((file): [string, string] => [file, readFileSync(path.join(folder, file), "utf8")]),
    ...["README.md", "docs/clients.md"].flatMap((file) =>
      blocks(page(file), "graphql").map((text): [string, string] => [file, text]),
    ),
    ...MORE.map((text): [string, string] => [text, text]),
  ];
  return texts.flatMap(([name, text]) =>
    parse(text).definitions.flatMap((each) =>
      each.kind === Kind.OPERATION_DEFINITION && each.operation === OperationTypeNode.QUERY
        ? [{ name, text, operationName: each.name?.value }]
        : [],
    ),
  );
}

const asking = (tenant: Tenant, profile: string | null, ...roles: Role[]) =>
  profile === null ? undefined : gateway.tokenFor({ tenant: tenant.slug, account: null, profile, roles });

/** What a query took and cost, as whoever asked is told; but for times, and in which order calls ended. */
async function toldOf({ text, operationName }: Query, tenant: Tenant, token: string | undefined) {
  const asked = { operationName, variables: VARIABLES, tenant: tenant.slug, token, explain: true };
  const { extensions, errors } = await gateway.ask(text, { ...asked, headers: { "x-marquee-cost": "1" } });
  const { calls, ...explained } = extensions!.explain!;
  const { estimated, actual } = extensions!.cost!;
  const untimed = calls.map((call) => ({ ...call, startMs: 0, ms: 0 }));
  const byOperation = (one: ToldCall, other: ToldCall) => (one.operation < other.operation ? -1 : 1);
  const codes = errors?.map(({ extensions: { code } }) => code);
  return { calls: untimed.sort(byOperation), ...explained, estimated, actual, codes };
}

describe("titles that are hidden", () => {
  it.each<[who: string, profile: string | null]>([
    ["a visitor", null],
    ["a viewer", "adult"],
    ["a child", "child"],
  ])("change nothing in what %s is told that queries took and cost", async (_who, profile) => {
    const all = await queries();
    expect(all.length).toBeGreaterThan(25);
    const tokens = [await asking(whole, profile, "VIEWER"), await asking(bare, profile, "VIEWER")];
    const told = (query: Query) =>
      Promise.all([toldOf(query, whole, tokens[0]), toldOf(query, bare, tokens[1])]);
    for (const query of all)
      // Which calls share a round trip may be a matter of a moment. What tells of titles does so every time.
      await vi.waitFor(async () => {
        const [one, other] = await told(query);
        expect(one, query.name).toEqual(other);
      }, PATIENCE);
  });

  it("are read all the same, as operators are told", async () => {
    const rows = async (tenant: Tenant) => {
      const token = await asking(tenant, "adult", "VIEWER", "OPERATOR");
      let sum = 0;
      for (const query of await queries())
        for (const call of (await toldOf(query, tenant, token)).calls) sum += call.rows!;
      return sum;
    };
    expect(await rows(whole)).toBeGreaterThan(await rows(bare));
  });
});

it("titles that are nearer and hidden take no place in the list of similar ones", async () => {
  const tenant = await gateway.createTenant();
  const ids = (start: string, count: number) => films(start, count).map(({ id }) => id);
  const [near, far] = [ids("near", 120), ids("far", 110)];
  await publish(gateway.stores, tenant, [
    ...films("from", 1),
    ...films("near", 120, { maturityRating: "R" }),
    ...films("far", 110),
  ]);
  await gateway.stores.accounts.putProfiles(tenant, [
    adultProfile("adult"),
    { ...adultProfile("child"), kind: "KIDS", maturityLimit: 8 },
  ]);
  const to = [...near, ...far];
  await gateway.stores.tasteGraph.replace(
    tenant,
    {
      titles: ["from-0", ...to],
      from: new Uint32Array(to.length),
      to: Uint32Array.from(to, (_, n) => n + 1),
      weight: Float32Array.from(to, (_, n) => 1 - n / 512),
    },
    { model: "EASE", learnedAt: new Date().toISOString(), titles: to.length + 1, edges: to.length },
  );
  const similar = async (profile: string) => {
    const query = `{ title(id: "Title:from-0") { similar(first: 100) { pageInfo { hasNextPage } edges { node { name } } } } }`;
    const token = await asking(tenant, profile);
    const { data, extensions } = await gateway.ask(query, { token, headers: { "x-marquee-cost": "1" } });
    const { similar: list } = data.title as {
      similar: { pageInfo: object; edges: { node: { name: string } }[] };
    };
    return {
      ...list,
      edges: list.edges.map(({ node }) => node.name),
      cost: extensions!.cost!.actual,
    };
  };
  const [adult, child] = [await similar("adult"), await similar("child")];
  const namesOf = (start: string, count: number) => films(start, count).map(({ name }) => name);
  expect(adult).toMatchObject({ pageInfo: { hasNextPage: false }, edges: namesOf("near", 100) });
  expect(child).toMatchObject({ pageInfo: { hasNextPage: false }, edges: namesOf("far", 100) });
  // Nor does what it cost tell that there are others.
  expect(child.cost).toBe(adult.cost);
});
