import { afterEach, beforeAll, describe, expect, it } from "vitest";

import { type Tenant } from "../../datasources/core/tenant.js";
import { watch } from "../contract/recommendations-support.js";
import { openAccount } from "../support/accounts.js";
import { adultProfile, publish } from "../support/catalogue.js";
import { useFacts, useGateway } from "../support/fixtures.js";
import { named, titleBody } from "../support/titles.js";

const gateway = useGateway();
const facts = useFacts();
let tenant: Tenant;
let editor: string;
let viewer: string;

const film = (id: string, more: object = {}) =>
  titleBody({ id, maturityRating: "G", genres: [named("Family")], ...more });
const LICENCE = { from: "2020-01-01T00:00:00Z", until: null };

beforeAll(async () => {
  tenant = await gateway.createTenant();
  await publish(gateway.stores, tenant, [
    // Nobody has watched any: the highest id stands first.
    ...Array.from({ length: 12 }, (_, n) => film(`film-${String(n).padStart(2, "0")}`)),
    film("a-promoted"),
    film("a-second"),
    film("a-grown", { maturityRating: "R" }),
    film("a-french", { licences: [{ countries: ["FR"], ...LICENCE }] }),
    film("a-over", {
      licences: [{ countries: ["*"], from: "2020-01-01T00:00:00Z", until: "2021-01-01T00:00:00Z" }],
    }),
  ]);
  editor = (await openAccount(gateway, tenant, { roles: ["VIEWER", "EDITOR"] })).token;
  viewer = (await openAccount(gateway, tenant)).token;
});
afterEach(() => facts.run(tenant, `delete from campaigns where tenant_id = ${tenant.id}`));

interface Payload {
  campaign: {
    id: string;
    strength: number;
    countries: string[];
    title: { externalId: string } | null;
  } | null;
  errors: { field: string | null; code: string }[];
}
async function put(input: object, token = editor): Promise<Payload> {
  const { data, errors } = await gateway.ask(
    `mutation ($input: PutCampaignInput!) { putCampaign(input: $input) {
       campaign { id strength countries title { externalId } } errors { field code } } }`,
    { token, variables: { input } },
  );
  expect(errors).toBeUndefined();
  return data.putCampaign as Payload;
}
async function promote(title: string, more: object = {}): Promise<string> {
  const { campaign, errors } = await put({ title: `Title:${title}`, ...more });
  expect(errors).toEqual([]);
  return campaign!.id;
}

async function listed(token = viewer, asked = "") {
  const { data, errors, extensions } = await gateway.ask(
    `{ viewer { profile { recommendations(first: 50${asked}) { sponsored reason { text } title { externalId } } } } }`,
    { token, explain: true },
  );
  expect(errors).toBeUndefined();
  const { recommendations } = (
    data.viewer as {
      profile: {
        recommendations: { sponsored: boolean; reason: { text: string }; title: { externalId: string } }[];
      };
    }
  ).profile;
  const { calls } = (extensions as { explain: { calls: unknown[] } }).explain;
  return {
    titles: recommendations.map(({ title }) => title.externalId),
    sponsored: recommendations.flatMap(({ sponsored, title }) => (sponsored ? [title.externalId] : [])),
    reasons: new Set(recommendations.flatMap(({ sponsored, reason }) => (sponsored ? [reason.text] : []))),
    calls: calls.length,
  };
}

describe("a campaign", () => {
  it("has its title at the fifth place, flagged, the next at the tenth, by strength, at as many calls", async () => {
    const before = await listed();
    expect(before.sponsored).toEqual([]);
    const second = await promote("a-second", { strength: 10 });
    await promote("a-promoted", { strength: 90 });
    const { titles, sponsored, reasons, calls } = await listed();
    expect([titles[4], titles[9]]).toEqual(["a-promoted", "a-second"]);
    expect(sponsored).toEqual(["a-promoted", "a-second"]);
    expect(reasons).toEqual(new Set(["Sponsored"]));
    expect(titles.toSorted()).toEqual(before.titles.toSorted());
    expect(calls).toBe(before.calls);
    await put({ campaign: second, strength: 100 });
    expect((await listed()).sponsored).toEqual(["a-second", "a-promoted"]);
  });

  it("pages on as the list does", async () => {
    await promote("a-promoted");
    const { titles } = await listed();
    const seen: string[] = [];
    for (let after = ""; ;) {
      const { data } = await gateway.ask(
        `{ viewer { profile { recommendedTitles(first: 2${after}) {
             edges { sponsored node { externalId } } pageInfo { hasNextPage endCursor } } } } }`,
        { token: viewer },
      );
      const { edges, pageInfo } = (
        data.viewer as {
          profile: {
            recommendedTitles: {
              edges: { sponsored: boolean; node: { externalId: string } }[];
              pageInfo: { hasNextPage: boolean; endCursor: string };
            };
          };
        }
      ).profile.recommendedTitles;
      for (const { sponsored, node } of edges) {
        expect(sponsored).toBe(node.externalId === "a-promoted");
        seen.push(node.externalId);
      }
      if (!pageInfo.hasNextPage) break;
      after = `, after: "${pageInfo.endCursor}"`;
    }
    expect(seen).toEqual(titles);
  });

  it("runs in its time and its countries alone", async () => {
    const id = await promote("a-promoted", { until: "2021-01-01T00:00:00Z" });
    for (const [more, runs] of [
      [{ until: null, from: "2100-01-01T00:00:00Z" }, false],
      [{ from: null, countries: ["FR", "DE"] }, false],
      [{ countries: ["US"] }, true],
      [{ countries: null, from: "2020-01-01T00:00:00Z", until: "2100-01-01T00:00:00Z" }, true],
    ] as const) {
      expect((await put({ campaign: id, ...more })).errors).toEqual([]);
      expect((await listed()).sponsored, JSON.stringify(more)).toEqual(runs ? ["a-promoted"] : []);
    }
  });

  it("is below the rules: what may not be met, was watched or is unwanted is not there, and tells nothing", async () => {
    const teen = await openAccount(gateway, tenant, {
      profiles: [{ ...adultProfile("teen"), maturityLimit: 13 }],
    });
    const before = await listed(teen.token);
    for (const title of ["a-grown", "a-french", "a-over"]) await promote(title, { strength: 90 });
    expect(await listed(teen.token)).toEqual(before);
    expect((await listed()).sponsored).toEqual(["a-grown"]);
    // What they may not meet takes no place of what they may, however strong it is.
    await promote("a-promoted", { strength: 50 });
    await promote("a-second", { strength: 49 });
    const { titles, sponsored } = await listed(teen.token);
    expect([sponsored, titles[4]]).toEqual([["a-promoted", "a-second"], "a-promoted"]);
    await gateway.stores.viewingIngest.ingest(tenant, [watch("teen", "a-promoted", "2026-05-01T00:00:00Z")]);
    expect((await listed(teen.token)).sponsored).toEqual(["a-second"]);
    const unwanted =
      'mutation { setNotForMe(input: { title: "Title:a-second", notForMe: true }) { errors { code } } }';
    expect((await gateway.ask(unwanted, { token: teen.token })).errors).toBeUndefined();
    expect((await listed(teen.token)).sponsored).toEqual([]);
  });

  it("is shown to no child, and beside no title that others are like", async () => {
    const { account, token } = await openAccount(gateway, tenant, {
      profiles: [adultProfile("parent"), { ...adultProfile("kid"), kind: "KIDS" as const, maturityLimit: 8 }],
    });
    await promote("a-promoted");
    const kid = await gateway.tokenFor({ tenant: tenant.slug, account, profile: "kid" });
    expect((await listed(kid)).sponsored).toEqual([]);
    const { data } = await gateway.ask(
      '{ node(id: "Profile:kid") { ... on Profile { recommendations(first: 50) { sponsored } } } }',
      { token },
    );
    const { recommendations } = data.node as { recommendations: { sponsored: boolean }[] };
    expect(recommendations.some(({ sponsored }) => sponsored)).toBe(false);
    expect((await listed(token)).sponsored).toEqual(["a-promoted"]);
    for (const context of ["AFTER_WATCHING", "SEARCH_EMPTY"])
      expect((await listed(token, `, context: ${context}`)).sponsored, context).toEqual(["a-promoted"]);
    const because = await listed(token, ', context: BECAUSE, title: "Title:film-01"');
    expect(because.sponsored).toEqual([]);
  });
});

describe("campaigns", () => {
  it("are listed to editors and taken away by them", async () => {
    const id = await promote("a-promoted", { countries: ["us", "FR", "FR"] });
    const { data } = await gateway.ask(
      "{ editorial { campaigns(first: 10) { edges { node { id strength countries title { externalId } } } } } }",
      { token: editor },
    );
    const { edges } = (data.editorial as { campaigns: { edges: { node: object }[] } }).campaigns;
    expect(edges.map(({ node }) => node)).toEqual([
      { id, strength: 50, countries: ["FR", "US"], title: { externalId: "a-promoted" } },
    ]);
    const remove = async () => {
      const answer = await gateway.ask(
        `mutation { removeCampaign(input: { campaign: "${id}" }) { removedCampaignId errors { field code } } }`,
        { token: editor },
      );
      return answer.data.removeCampaign as object;
    };
    expect(await remove()).toEqual({ removedCampaignId: id, errors: [] });
    const missing = [{ field: "campaign", code: "CAMPAIGN_NOT_FOUND" }];
    expect(await remove()).toEqual({ removedCampaignId: null, errors: missing });
    expect((await put({ campaign: id, strength: 1 })).errors).toEqual(missing);
    expect((await listed()).sponsored).toEqual([]);
  });

  it.each([
    [{}, "title", "INVALID"],
    [{ title: "Title:none" }, "title", "TITLE_NOT_FOUND"],
    [{ title: "Title:a-second", strength: 0 }, "strength", "INVALID"],
    [
      { title: "Title:a-second", from: "2026-02-01T00:00:00Z", until: "2026-01-01T00:00:00Z" },
      "until",
      "INVALID",
    ],
  ])("%j is refused", async (input, field, code) => {
    expect(await put(input)).toEqual({ campaign: null, errors: [{ field, code }] });
  });

  it("are nobody else's", async () => {
    const id = await promote("a-promoted");
    const other = await gateway.createTenant();
    const stranger = (await openAccount(gateway, other, { roles: ["VIEWER", "EDITOR"] })).token;
    expect((await put({ campaign: id, strength: 1 }, stranger)).errors).toEqual([
      { field: "campaign", code: "CAMPAIGN_NOT_FOUND" },
    ]);
    const node = `{ node(id: "${id}") { id } }`;
    expect((await gateway.ask(node, { token: viewer })).data.node).toBeNull();
    expect((await gateway.ask(node, { token: editor })).data.node).toEqual({ id });
  });
});
