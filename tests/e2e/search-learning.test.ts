import { beforeAll, describe, expect, it } from "vitest";

import { FEWEST_ACCOUNTS } from "../../datasources/core/fewest-accounts.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { learn } from "../../src/jobs/learn.js";
import { openAccount } from "../support/accounts.js";
import { adultProfile, publish } from "../support/catalogue.js";
import { useFacts, useGateway } from "../support/fixtures.js";
import { PATIENCE } from "../support/patience.js";
import { titleBody } from "../support/titles.js";

const gateway = useGateway();
const facts = useFacts();
const NAMES = {
  harbour: "Harbour",
  a: "Harbour Dawns",
  b: "Harbour Lamps",
  c: "Harbour Tides",
  d: "Harbour Winds",
};
let tenant: Tenant;
let other: Tenant;
const operators = new Map<Tenant, string>();

beforeAll(async () => {
  [tenant, other] = [await gateway.createTenant(), await gateway.createTenant()];
  for (const each of [tenant, other]) {
    const films = Object.entries(NAMES).map(([id, name]) => titleBody({ id, name, maturityRating: "G" }));
    await publish(gateway.stores, each, films);
    operators.set(each, (await openAccount(gateway, each, { roles: ["VIEWER", "OPERATOR"] })).token);
  }
});

const people = (count: number, of = tenant) =>
  Promise.all(Array.from({ length: count }, () => openAccount(gateway, of)));

async function page(query: string, token?: string, of = tenant, args = "first: 20") {
  const { data, errors } = await gateway.ask(
    `query ($query: String!) { search(query: $query, ${args}) {
       edges { score node { externalId } } pageInfo { hasNextPage endCursor } } }`,
    { token, tenant: of.slug, variables: { query } },
  );
  expect(errors).toBeUndefined();
  const { edges, pageInfo } = data.search as {
    edges: { score: number; node: { externalId: string } }[];
    pageInfo: { hasNextPage: boolean; endCursor: string };
  };
  return { edges, pageInfo, ids: edges.map(({ node }) => node.externalId) };
}
const found = async (query: string, token?: string, of = tenant) => (await page(query, token, of)).ids;

/** Searches, and opens a title of what was found. */
async function choose(query: string, title: string, token: string): Promise<void> {
  await found(query, token);
  const { errors } = await gateway.ask(
    "mutation ($input: NoteSearchOpenedInput!) { noteSearchOpened(input: $input) { noted errors { code } } }",
    { token, variables: { input: { query, title: `Title:${title}` } } },
  );
  expect(errors).toBeUndefined();
  await gateway.stores.searchLog.settle();
}

interface State {
  mode: string;
  learnedAt: string | null;
  texts: number;
  titles: number;
  trial: { decided: number; learnedShare: { value: number; low: number; high: number } | null } | null;
}
const STATE = "mode learnedAt texts titles trial { decided learnedShare { value low high } }";

async function set(mode: string, of = tenant): Promise<State> {
  const { data, errors } = await gateway.ask(
    `mutation { setSearchLearning(input: { mode: ${mode} }) { searchLearning { ${STATE} } errors { code } } }`,
    { token: operators.get(of) },
  );
  expect(errors).toBeUndefined();
  return (data.setSearchLearning as { searchLearning: State }).searchLearning;
}
async function state(of = tenant): Promise<State> {
  const { data, errors } = await gateway.ask(`{ operations { searchLearning { ${STATE} } } }`, {
    token: operators.get(of),
  });
  expect(errors).toBeUndefined();
  return (data.operations as { searchLearning: State }).searchLearning;
}

describe("what searches learn from what was opened", () => {
  it("is nothing unless an operator says so", async () => {
    for (const { token } of await people(FEWEST_ACCOUNTS)) await choose("harbour", "d", token);
    await learn(gateway.stores, tenant);
    expect(await state()).toEqual({ mode: "OFF", learnedAt: null, texts: 0, titles: 0, trial: null });
    expect(await found("harbour")).toEqual(["harbour", "a", "b", "c", "d"]);
  });

  it("counts for everybody from the next search on, behind what is called so, in this tenant alone", async () => {
    const before = await page("harbour");
    expect(await set("ON")).toMatchObject({ mode: "ON", texts: 1, titles: 1 });
    const [somebody] = await people(1);
    for (const token of [undefined, somebody!.token])
      expect(await found("The Harbour!", token)).toEqual(["harbour", "d", "a", "b", "c"]);
    expect(await found("harbour wind")).toEqual(await found("harbour wind", undefined, other));
    expect(await found("harbour", undefined, other)).toEqual(before.ids);
    const { edges } = await page("harbour");
    expect(edges.map(({ score }) => score)).toEqual(before.edges.map(({ score }) => score));
    await set("OFF");
    expect(await found("harbour")).toEqual(before.ids);
    expect(await state()).toMatchObject({ mode: "OFF", texts: 0, titles: 0 });
  });

  it("shows every title once, also where one reads on", async () => {
    await set("ON");
    const first = await page("harbour", undefined, tenant, "first: 3");
    const rest = await page("harbour", undefined, tenant, `first: 3, after: "${first.pageInfo.endCursor}"`);
    expect(first.ids).toEqual(["harbour", "a", "b"]);
    expect([...first.ids, ...rest.ids].sort()).toEqual(["a", "b", "c", "d", "harbour"]);
    await set("OFF");
  });

  it("needs five accounts for a title of a text: profiles of one do not do", async () => {
    const profiles = Array.from({ length: FEWEST_ACCOUNTS }, (_, n) => adultProfile(`crowd-${n}`));
    const { account } = await openAccount(gateway, other, { profiles });
    const others = await people(FEWEST_ACCOUNTS - 2, other);
    for (const { id } of profiles)
      await choose("harbour", "c", await gateway.tokenFor({ tenant: other.slug, account, profile: id }));
    for (const { token } of others) await choose("harbour", "c", token);
    expect(await set("ON", other)).toMatchObject({ texts: 0, titles: 0 });
    expect(await found("harbour", undefined, other)).toEqual(["harbour", "a", "b", "c", "d"]);
    const [last] = await people(1, other);
    await choose("harbour", "c", last!.token);
    await learn(gateway.stores, other);
    expect(await state(other)).toMatchObject({ texts: 1, titles: 1 });
    expect(await found("harbour", undefined, other)).toEqual(["harbour", "c", "a", "b", "d"]);
  });

  it("goes by nothing that was not shown for the text", async () => {
    const crowd = await people(FEWEST_ACCOUNTS, other);
    for (const { token } of crowd) await choose("harbour lamps", "d", token);
    await learn(gateway.stores, other);
    const rows = await facts.rows<{ query: string }>(
      other,
      "select query from search_lifts where tenant_id = $1 and title_id = 'd'",
    );
    expect(rows).toEqual([]);
  });

  it("follows a title that is merged into another, and gives way to editors", async () => {
    const editor = (await openAccount(gateway, other, { roles: ["VIEWER", "EDITOR"] })).token;
    const rule = async (title: string, more: string) => {
      const { errors } = await gateway.ask(
        `mutation { setSearchRule(input: { query: "harbour", title: "Title:${title}", ${more} }) { errors { code } } }`,
        { token: editor },
      );
      expect(errors).toBeUndefined();
    };
    await rule("b", "place: 1");
    expect(await found("harbour", undefined, other)).toEqual(["b", "harbour", "c", "a", "d"]);
    await gateway.stores.titleEditing.merge(other, {
      keep: "d",
      merge: "c",
      expectedVersion: null,
      by: "command",
    });
    const merged = ["b", "harbour", "d", "a"];
    await expect.poll(() => found("harbour", undefined, other), PATIENCE).toEqual(merged);
  });
});

describe("a trial", () => {
  it("mixes both orders for those whose searches are noted, for a day, and shows others the plain one", async () => {
    expect(await set("TRIAL")).toMatchObject({ mode: "TRIAL", texts: 1, trial: null });
    const plain = ["harbour", "a", "b", "c", "d"];
    const learned = ["harbour", "d", "a", "b", "c"];
    expect(await found("harbour")).toEqual(plain);
    const crowd = await people(12);
    const seen = new Set<string>();
    for (const { token } of crowd) {
      const ids = await found("harbour", token);
      expect(ids[0]).toBe("harbour");
      expect(await found("HARBOUR", token)).toEqual(ids);
      // One of the two has the next place of its own, the other follows.
      expect([plain[1], learned[1]]).toContain(ids[1]);
      seen.add(ids[1]!);
    }
    expect([...seen].sort()).toEqual(["a", "d"]);
    const unnoted = await openAccount(gateway, tenant, {
      profiles: [{ ...adultProfile("small"), kind: "KIDS" as const, maturityLimit: 8 }],
    });
    const child = await gateway.tokenFor({ tenant: tenant.slug, account: unnoted.account, profile: "small" });
    expect(await found("harbour", child)).toEqual(plain);
  });

  it("is decided by what is opened, and told once five accounts have", async () => {
    const crowd = await people(FEWEST_ACCOUNTS);
    for (const [n, { token }] of crowd.entries()) {
      expect((await state()).trial, `${n}`).toBeNull();
      await choose("harbour", "d", token);
    }
    const { trial } = await state();
    expect(trial!.decided).toBe(FEWEST_ACCOUNTS);
    const rows = await facts.rows<{ won: boolean }>(
      tenant,
      `select substr(teams, array_position(shown, opened_title_id), 1) = 'L' as won
       from search_log where tenant_id = $1 and teams <> '' and opened_title_id is not null`,
    );
    expect(rows).toHaveLength(FEWEST_ACCOUNTS);
    const won = rows.filter((row) => row.won).length;
    expect(trial!.learnedShare!.value).toBeCloseTo(won / FEWEST_ACCOUNTS);
    // What says nothing of either: it stands at the same place in both.
    const [one] = await people(1);
    await choose("harbour", "harbour", one!.token);
    expect((await state()).trial!.decided).toBe(FEWEST_ACCOUNTS);
  });
});
