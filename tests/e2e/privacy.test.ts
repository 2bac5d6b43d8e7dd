import { randomUUID } from "node:crypto";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { type Tenant } from "../../datasources/core/tenant.js";
import { learn } from "../../src/jobs/learn.js";
import { openAccount } from "../support/accounts.js";
import { adultProfile, publish } from "../support/catalogue.js";
import { isUnderTest } from "../support/engines.js";
import { openFacts, type Facts } from "../support/facts.js";
import { startGateway, type TestGateway } from "../support/gateway.js";
import { PATIENCE } from "../support/patience.js";
import { titleBody } from "../support/titles.js";

const DAY_MS = 86_400_000;
/** As many as rows of a home page that repeat nothing take. */
const TITLES = Array.from({ length: 48 }, (_, index) => `film${index}`);

let gateway: TestGateway;
let facts: Facts;
let tenant: Tenant;

beforeAll(async () => {
  [gateway, facts] = await Promise.all([startGateway(), openFacts()]);
  tenant = await gateway.createTenant();
  const { stores } = gateway;
  await publish(
    stores,
    tenant,
    TITLES.map((id) => titleBody({ id })),
  );
  const crowd = Array.from({ length: 12 }, (_, index) => `crowd${index}`);
  await stores.accounts.putProfiles(tenant, crowd.map(adultProfile));
  const watch = (profileId: string, titleId: string) => ({
    id: `${profileId} ${titleId}`,
    profileId,
    titleId,
    at: new Date(Date.now() - 2 * DAY_MS).toISOString(),
    seconds: 6_000,
    completed: true,
    country: "US",
    device: "TV",
    rating: 5,
  });
  await stores.viewingIngest.ingest(
    tenant,
    crowd.flatMap((profile, n) =>
      TITLES.filter((_, index) => (index + n) % 4).map((id) => watch(profile, id)),
    ),
  );
  await learn(stores, tenant);
});
afterAll(() => Promise.all([gateway?.close(), facts?.close()]));

/** An account of two profiles, of which the first has watched, rated and put aside. */
async function viewer() {
  const [first, second] = [randomUUID(), randomUUID()];
  const { account, token } = await openAccount(gateway, tenant, {
    profiles: [adultProfile(first), adultProfile(second)],
  });
  const other = await gateway.tokenFor({ tenant: tenant.slug, account, profile: second });
  const run = async (mutation: string, input: object, as = token) => {
    const type = `${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input`;
    const named = { addToWatchlist: "WatchlistInput" }[mutation] ?? type;
    const document = `mutation ($input: ${named}!) { ${mutation}(input: $input) { errors { code message } } }`;
    const answer = await gateway.ask(document, { token: as, variables: { input } });
    expect(answer.errors).toBeUndefined();
    expect(answer.data[mutation]).toEqual({ errors: [] });
  };
  for (const [index, id] of TITLES.slice(0, 4).entries()) {
    const event = { title: `Title:${id}`, positionSeconds: 6_000, completed: true };
    await run("recordProgress", { ...event, eventId: `watch-${index}` });
    await run("rateTitle", { title: `Title:${id}`, rating: 5 });
  }
  await run("recordProgress", { title: "Title:film5", positionSeconds: 60, completed: false });
  await run("addToWatchlist", { title: "Title:film6" });
  return { token, other, first, run };
}

describe("a deleted profile", () => {
  it("leaves its id nowhere, but where a projection has to be told that it is gone", async () => {
    const { first, other, run } = await viewer();
    const tables = await facts.rows<{ name: string }>(
      tenant,
      `select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where n.nspname = '${tenant.schema}' and c.relkind in ('r', 'p') and not c.relispartition and $1 = $1`,
    );
    const holding = async () => {
      const found: string[] = [];
      for (const { name } of tables) {
        const [row] = await facts.rows<{ n: number }>(
          tenant,
          `select count(*)::int as n from ${name} as held where strpos(held::text, '${first}') > 0 and $1 = $1`,
        );
        if (row!.n > 0) found.push(name);
      }
      return found;
    };
    expect(await holding()).toEqual(
      expect.arrayContaining(["profiles", "viewing_events", "viewing_receipts", "ratings", "watchlist"]),
    );
    const [before] = await facts.rows<{ n: number }>(
      tenant,
      "select count(*)::int as n from viewing_events where tenant_id = $1",
    );
    await run("deleteProfile", { profile: `Profile:${first}` }, other);
    const followed = isUnderTest("NEO4J_URL");
    expect((await holding()).filter((name) => !followed || name !== "outbox")).toEqual([]);
    const [after] = await facts.rows<{ n: number }>(
      tenant,
      "select count(*)::int as n from viewing_events where tenant_id = $1",
    );
    expect(after).toEqual(before);
  });
});

describe("an account without consent to personalisation", () => {
  const MINE =
    "{ viewer { profile { recommendations(first: 8) { model personalised reason { title { id } } title { externalId } } recommendedTitles(first: 1) { personalised } } } home(first: 20) { kind personalised because { id } titles(first: 20) { edges { reason { text } node { externalId } } } } }";
  interface Mine {
    viewer: {
      profile: {
        recommendations: { model: string; personalised: boolean; reason: { title: object | null } }[];
        recommendedTitles: { personalised: boolean };
      };
    };
    home: {
      kind: string;
      personalised: boolean;
      because: object | null;
      titles: { edges: { reason: object | null }[] };
    }[];
  }
  const ask = async (token: string) => {
    const answer = await gateway.ask(MINE, { token, explain: true });
    expect(answer.errors).toBeUndefined();
    return { ...(answer.data as Mine), calls: answer.extensions!.explain!.calls };
  };

  /** Everything that the answer says of whether it is personal. */
  const saysOf = ({ viewer: { profile }, home }: Mine) => [
    ...new Set(
      [...profile.recommendations, profile.recommendedTitles, ...home].map(
        ({ personalised }) => personalised,
      ),
    ),
  ];

  it("is answered what is popular, and its own shelves; nothing is read of what it watched", async () => {
    const { token, run } = await viewer();
    const models = async () => (await ask(token)).viewer.profile.recommendations.map(({ model }) => model);
    // A graph elsewhere follows by a moment.
    await expect.poll(models, PATIENCE).toContain("SIMILAR");
    const before = await ask(token);
    expect(before.home.map(({ kind }) => kind)).toContain("BECAUSE_YOU_WATCHED");
    expect(saysOf(before)).toEqual([true]);

    await run("setConsents", { personalisation: false });
    const without = await ask(token);
    const { recommendations } = without.viewer.profile;
    expect(recommendations.length).toBeGreaterThan(0);
    expect(new Set(recommendations.map(({ model }) => model))).toEqual(new Set(["POPULAR"]));
    expect(recommendations.every(({ reason }) => reason.title === null)).toBe(true);
    expect(saysOf(without)).toEqual([false]);
    const kinds = without.home.map(({ kind }) => kind);
    expect(kinds).toEqual(expect.arrayContaining(["CONTINUE_WATCHING", "WATCHLIST"]));
    expect(kinds).not.toContain("BECAUSE_YOU_WATCHED");
    expect(kinds).not.toContain("RECOMMENDED");
    expect(without.home.every(({ because }) => because === null)).toBe(true);
    const operations = without.calls.flatMap(({ operation }) => operation.split(" + "));
    expect(operations).not.toContain("recommendations.forProfiles");
    expect(operations).not.toContain("viewing.recentWatches");
    expect(operations).not.toContain("viewing.touchedTitles");
    const visitor = await gateway.ask(
      "{ home(first: 20) { kind titles(first: 20) { edges { node { externalId } } } } }",
      { tenant: tenant.slug },
    );
    const shelves = new Set(["CONTINUE_WATCHING", "WATCHLIST"]);
    // Where what is on a shelf stands above, a row below may be worth less.
    expect(kinds.filter((kind) => !shelves.has(kind)).sort()).toEqual(
      (visitor.data.home as { kind: string }[]).map(({ kind }) => kind).sort(),
    );

    const history = "{ viewer { consents { textVersion history { personalisation textVersion at } } } }";
    await run("setConsents", { personalisation: true, textVersion: "2026-06" });
    const { viewer: shown } = (await gateway.ask(history, { token })).data as {
      viewer: { consents: { textVersion: string; history: object[] } };
    };
    const { consents } = shown;
    expect(consents.textVersion).toBe("2026-06");
    expect(consents.history).toMatchObject([
      { personalisation: true, textVersion: "2026-06" },
      { personalisation: false, textVersion: "1" },
      { personalisation: true, textVersion: null },
    ]);
    await expect.poll(models, PATIENCE).toContain("SIMILAR");
  });
});

describe("two titles that were merged since the charts were made", () => {
  it("stand in them once, in the better place, and no place is left empty", async () => {
    const charts =
      '{ top10(country: "US") { rank title { externalId } } home(first: 20) { kind titles(first: 20) { edges { node { externalId } } } } }';
    const ask = async () => {
      const answer = await gateway.ask(charts, { tenant: tenant.slug });
      expect(answer.errors).toBeUndefined();
      return answer.data as {
        top10: { rank: number; title: { externalId: string } }[];
        home: { kind: string; titles: { edges: { node: { externalId: string } }[] } }[];
      };
    };
    const before = (await ask()).top10;
    expect(before.length).toBeGreaterThanOrEqual(6);
    const [keep, merge] = [before[4]!.title.externalId, before[1]!.title.externalId];
    await gateway.stores.titleEditing.merge(tenant, { keep, merge, expectedVersion: null, by: "command" });
    const { top10, home } = await ask();
    const names = top10.map(({ title }) => title.externalId);
    expect(names.filter((name) => name === keep)).toHaveLength(1);
    expect(top10[1]!.title.externalId).toBe(keep);
    expect(top10.map(({ rank }) => rank)).toEqual(names.map((_, index) => index + 1));
    for (const { kind, titles } of home) {
      const shown = titles.edges.map(({ node }) => node.externalId);
      if (kind === "TOP_10" || kind === "TRENDING") expect(new Set(shown).size, kind).toBe(shown.length);
    }
  });
});
