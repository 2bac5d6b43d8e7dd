import { beforeAll, describe, expect, it } from "vitest";

import { FEWEST_ACCOUNTS } from "../../datasources/core/fewest-accounts.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { openAccount } from "../support/accounts.js";
import { adultProfile, publish } from "../support/catalogue.js";
import { useFacts, useGateway } from "../support/fixtures.js";
import { named, titleBody } from "../support/titles.js";

const gateway = useGateway();
const facts = useFacts();
let tenant: Tenant;
let editor: string;

const film = (id: string, name: string, more: object = {}) =>
  titleBody({ id, name, maturityRating: "G", genres: [named("Family")], ...more });

beforeAll(async () => {
  tenant = await gateway.createTenant();
  await publish(gateway.stores, tenant, [
    film("harbour", "Harbour Lights"),
    film("grown", "Grown", { maturityRating: "R" }),
  ]);
  editor = (await openAccount(gateway, tenant, { roles: ["VIEWER", "EDITOR"] })).token;
});

const people = (count: number) =>
  Promise.all(Array.from({ length: count }, () => openAccount(gateway, tenant)));

async function search(query: string, token?: string, more = "") {
  const { errors } = await gateway.ask(
    `query ($query: String!) { search(query: $query ${more}) { edges { cursor } } }`,
    { token, tenant: tenant.slug, variables: { query }, headers: { "accept-language": "de" } },
  );
  expect(errors).toBeUndefined();
}

async function open(query: string, title: string, token: string) {
  const { data, errors } = await gateway.ask(
    "mutation ($input: NoteSearchOpenedInput!) { noteSearchOpened(input: $input) { noted errors { field code } } }",
    { token, variables: { input: { query, title: `Title:${title}` } } },
  );
  expect(errors).toBeUndefined();
  return data.noteSearchOpened as { noted: boolean; errors: { field: string | null; code: string }[] };
}

interface Page {
  edges: { cursor: string; node: { query: string; language: string | null; accounts: number } }[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

async function page(kind: string, args = "first: 50"): Promise<Page> {
  await gateway.stores.searchLog.settle();
  const { data, errors } = await gateway.ask(
    `{ editorial { searchReport(kind: ${kind}, ${args}) {
         edges { cursor node { query language accounts } } pageInfo { hasNextPage endCursor } } } }`,
    { token: editor },
  );
  expect(errors).toBeUndefined();
  return (data.editorial as { searchReport: Page }).searchReport;
}
const report = async (kind: string) =>
  Object.fromEntries((await page(kind)).edges.map(({ node }) => [node.query, node.accounts]));

/** What is kept of a profile, by text. */
async function kept(profile: string) {
  await gateway.stores.searchLog.settle();
  const rows = await facts.rows<{ query: string; hits: number | null; opened: string | null }>(
    tenant,
    `select query, hits, opened_title_id as opened from search_log
     where tenant_id = $1 and profile_id = '${profile}' order by query`,
  );
  return Object.fromEntries(rows.map(({ query, hits, opened }) => [query, [hits, opened]]));
}

describe("what is searched for", () => {
  it("is told editors where nothing was found, once enough accounts have searched for it", async () => {
    const all = await people(FEWEST_ACCOUNTS);
    const [last, ...others] = all;
    for (const { token } of others) await search("The  Qwertzuiop!", token);
    expect(await report("ZERO_RESULT")).toEqual({});
    // Once more by the same is no more.
    await search("qwertzuiop", others[0]!.token);
    expect(await report("ZERO_RESULT")).toEqual({});
    await search("QWERTZUIOP", last!.token);
    const { edges } = await page("ZERO_RESULT");
    expect(edges.map(({ node }) => node)).toEqual([
      { query: "qwertzuiop", language: "de", accounts: FEWEST_ACCOUNTS },
    ]);
    expect(await report("ABANDONED")).toEqual({});
  });

  it("is told where nothing of it was opened, but what was typed on the way", async () => {
    const all = await people(FEWEST_ACCOUNTS + 1);
    for (const { token } of all) for (const text of ["harb", "harbour", "lights"]) await search(text, token);
    expect(await report("ABANDONED")).toEqual({ harbour: all.length, lights: all.length });
    expect(await open("Lights", "harbour", all[0]!.token)).toEqual({ noted: true, errors: [] });
    expect(await report("ABANDONED")).toEqual({ harbour: all.length, lights: all.length - 1 });
    await open("lights", "harbour", all[1]!.token);
    expect(await report("ABANDONED")).toEqual({ harbour: all.length });
    const { account } = all[1]!;
    expect(await kept(account)).toEqual({ harb: [1, null], harbour: [1, null], lights: [1, "harbour"] });
  });

  it("is told in pages, those of most accounts first", async () => {
    const all = await people(FEWEST_ACCOUNTS + 1);
    for (const text of ["yxcvbnm", "asdfghjkl"]) for (const { token } of all) await search(text, token);
    const seen: string[] = [];
    for (let args = "first: 1"; args !== "";) {
      const { edges, pageInfo } = await page("ZERO_RESULT", args);
      seen.push(...edges.map(({ node }) => node.query));
      args = pageInfo.hasNextPage ? `first: 1, after: "${pageInfo.endCursor}"` : "";
    }
    expect(seen).toEqual(["asdfghjkl", "yxcvbnm", "qwertzuiop"]);
  });

  it("of several profiles of an account counts once", async () => {
    const profiles = Array.from({ length: FEWEST_ACCOUNTS }, (_, n) => adultProfile(`one-of-${n}`));
    const { account } = await openAccount(gateway, tenant, { profiles });
    for (const { id } of profiles) {
      const token = await gateway.tokenFor({ tenant: tenant.slug, account, profile: id });
      await search("only my own words", token);
    }
    expect(Object.keys(await kept("one-of-0"))).toEqual(["only my own words"]);
    expect(await report("ZERO_RESULT")).not.toHaveProperty("only my own words");
  });

  it("is not kept of visitors, of children, of filtered searches and of later pages", async () => {
    const count = async () => {
      await gateway.stores.searchLog.settle();
      const [row] = await facts.rows<{ n: number }>(
        tenant,
        "select count(*)::int as n from search_log where tenant_id = $1",
      );
      return row!.n;
    };
    const before = await count();
    const { account, token } = await openAccount(gateway, tenant, {
      profiles: [adultProfile("parent"), { ...adultProfile("kid"), kind: "KIDS" as const, maturityLimit: 8 }],
    });
    const kid = await gateway.tokenFor({ tenant: tenant.slug, account, profile: "kid" });
    await search("secret", undefined);
    await search("secret", kid);
    await search("secret", token, ', filter: { tags: ["none"] }');
    await search("secret", token, ", first: 0");
    await search(" ", token);
    expect(await open("secret", "harbour", kid)).toEqual({ noted: false, errors: [] });
    expect(await count()).toBe(before);
  });

  it("is not kept without consent to measurement, and goes when that ends", async () => {
    const { account, token } = await openAccount(gateway, tenant);
    await search("mine", token);
    expect(await kept(account)).toEqual({ mine: [0, null] });
    const consents = "mutation { setConsents(input: { measurement: false }) { errors { code } } }";
    expect((await gateway.ask(consents, { token })).data.setConsents).toEqual({ errors: [] });
    expect(await kept(account)).toEqual({});
    await search("mine again", token);
    expect(await open("mine", "harbour", token)).toEqual({ noted: false, errors: [] });
    // What was on its way when the consent ended is not kept either.
    const noted = {
      profileId: account,
      text: "late",
      language: null,
      hits: 1,
      openedTitleId: null,
      shown: null,
    };
    await gateway.stores.searchLog.note(tenant, noted);
    expect(await kept(account)).toEqual({});
  });

  it("goes with its profile", async () => {
    const { account, token } = await openAccount(gateway, tenant, {
      profiles: [adultProfile("stays"), adultProfile("goes")],
    });
    const other = await gateway.tokenFor({ tenant: tenant.slug, account, profile: "goes" });
    await search("whatever", other);
    expect(await kept("goes")).toEqual({ whatever: [0, null] });
    const remove = 'mutation { deleteProfile(input: { profile: "Profile:goes" }) { errors { code } } }';
    expect((await gateway.ask(remove, { token })).data.deleteProfile).toEqual({ errors: [] });
    expect(await kept("goes")).toEqual({});
  });

  it("of a profile is 300 texts of a day, those that come together among them; what is there is still told more", async () => {
    const { account } = await openAccount(gateway, tenant);
    await facts.run(
      tenant,
      `insert into search_log (tenant_id, profile_id, day, query, hits, at)
       select ${tenant.id}, '${account}', (now() at time zone 'UTC')::date, 'text ' || n, 0, now()
       from generate_series(1, 298) n`,
    );
    const texts = ["text 7", "new a", "new b", "new c", "new d"];
    await Promise.all(
      texts.map((text) =>
        gateway.stores.searchLog.note(tenant, {
          profileId: account,
          text,
          language: null,
          hits: 3,
          openedTitleId: null,
          shown: null,
        }),
      ),
    );
    const all = await kept(account);
    expect(Object.keys(all)).toHaveLength(300);
    expect(all["text 7"]).toEqual([3, null]);
  });

  it("is opened by titles that may be met alone", async () => {
    const { token } = await openAccount(gateway, tenant, {
      profiles: [{ ...adultProfile("teen"), maturityLimit: 13 }],
    });
    const missing = { noted: false, errors: [{ field: "title", code: "TITLE_NOT_FOUND" }] };
    expect(await open("grown", "grown", token)).toEqual(missing);
    expect(await open("grown", "none", token)).toEqual(missing);
    expect(await kept("teen")).toEqual({});
  });

  it.each(["0", "91"])("is told of a number of days that there can be: %s", async (days) => {
    const { errors } = await gateway.ask(
      `{ editorial { searchReport(kind: ABANDONED, days: ${days}) { edges { cursor } } } }`,
      { token: editor },
    );
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(["BAD_USER_INPUT"]);
  });
});
