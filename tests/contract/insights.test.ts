import { beforeAll, beforeEach, describe, expect, inject, it } from "vitest";

import { MAX_DAY_SECONDS, MAX_TITLES } from "../../datasources/core/insight-rules.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { PostgresStore, sql, type Sql } from "../../datasources/engines/postgres/store.postgres.js";
import { exactCounts } from "../../datasources/insights/exact-counts.postgres.js";
import {
  InsightsSpentError,
  latestClosed,
  type InsightBudget,
  type InsightQuestion,
} from "../../datasources/insights/insights.js";
import { noiseOf, noisyTitles, type ExactCount } from "../../datasources/insights/noisy-titles.js";
import { applicationUrl } from "../../datasources/stores/stores.js";
import { type ViewingEvent } from "../../datasources/viewing/viewing.js";
import { Random } from "../../seeds/random.js";
import { viewerAccount } from "../support/accounts.js";
import { use, useFacts, useStores } from "../support/fixtures.js";
import { PATIENT_DEADLINE_MS } from "../support/patience.js";
import { tellingOutcomes } from "../support/statistics.js";
import { createTestTenant, testRequest } from "../support/stores.js";
import { titleBody } from "../support/titles.js";

const DAY_MS = 86_400_000;
const UNTIL = latestClosed(new Date());
const MONTH: InsightQuestion = { days: 28, until: UNTIL, country: null };
/** So much ε that next to no noise is added. */
const EXACT: InsightBudget = { perRelease: 1_000_000, total: 10_000_000, days: 90 };
const ONE: InsightBudget = { perRelease: 1_000, total: 1_000, days: 90 };

const stores = useStores();
/** As another gateway has them. */
const others = useStores();
const facts = useFacts();
/** The store itself, as no domain gives it out. */
const own = use(async () => {
  const url = await applicationUrl(inject("postgresUrl"));
  const postgres = new PostgresStore(url, () => {}, PATIENT_DEADLINE_MS);
  return { postgres, close: () => postgres.close() };
});
let tenant: Tenant;
let events = 0;

/** A series watched a number of days before the period's end. */
const watch = (profileId: string, titleId: string, days: number, fields: Partial<ViewingEvent> = {}) => ({
  id: `e${(events += 1)}`,
  profileId,
  titleId,
  at: new Date(Date.parse(UNTIL) - days * DAY_MS + DAY_MS / 2).toISOString(),
  seconds: 3_600,
  completed: false,
  country: "US",
  device: "TV",
  rating: null,
  ...fields,
});
const ingest = (watched: ViewingEvent[]) => stores.viewingIngest.ingest(tenant, watched);
const counted = (question = MONTH): Promise<ExactCount[]> =>
  own.postgres.transaction(tenant, (query) => exactCounts(query, question));
const release = (question = MONTH, budget = ONE, from = stores) =>
  from.insights.release(testRequest(tenant), question, budget, "command");
const account = (budget = ONE) => stores.insights.account(testRequest(tenant), budget);
const titles = (count: number) => Array.from({ length: count }, (_, n) => `t${n}`);
const profiles = (count: number) => Array.from({ length: count }, (_, n) => `p${n}`);

const consent = (measurement: boolean) => ({ measurement, textVersion: "1" });

async function ground(titleCount: number, profileCount: number): Promise<void> {
  tenant = await createTestTenant(stores);
  await stores.titleVersions.append(
    tenant,
    titles(titleCount).map((id) => ({
      body: titleBody({ id, kind: "SERIES", runtimeMinutes: null }),
      effectiveFrom: null,
    })),
  );
  await stores.accounts.putAccounts(
    tenant,
    profiles(profileCount).map((id) => viewerAccount(id)),
  );
}

/** How much counts differ, in all. */
function distance(one: readonly ExactCount[], other: readonly ExactCount[]) {
  const sum = (of: (count: ExactCount) => readonly number[]) =>
    one.reduce(
      (total, count, n) =>
        total + of(count).reduce((own, value, place) => own + Math.abs(value - of(other[n]!)[place]!), 0),
      0,
    );
  return {
    groups: sum(({ left, stayed, completed }) => [left, stayed, completed]),
    seconds: sum(({ seconds }) => [seconds]),
  };
}

describe("what counts of a profile", () => {
  beforeEach(() => ground(8, 4));

  it("are the titles that it watched longest, in the group of how far it came", async () => {
    await ingest([
      ...titles(8).map((title, n) => watch("p0", title, 20 - n, { seconds: 7_000 - n * 100 })),
      watch("p1", "t6", 3, { seconds: 299 }),
      watch("p1", "t7", 3, { seconds: 20, completed: true }),
    ]);
    const seen = (await counted()).filter(({ left, stayed, completed }) => left + stayed + completed > 0);
    expect(seen).toEqual([
      ...titles(MAX_TITLES).map((titleId, n) => ({
        titleId,
        left: 0,
        stayed: 1,
        completed: 0,
        seconds: 7_000 - n * 100,
      })),
      { titleId: "t6", left: 1, stayed: 0, completed: 0, seconds: 299 },
      { titleId: "t7", left: 0, stayed: 0, completed: 1, seconds: 20 },
    ]);
  });

  it("is so much of a day and no more, of what it watched longest first", async () => {
    await ingest([
      watch("p0", "t0", 5, { seconds: 5_000 }),
      watch("p0", "t1", 5, { seconds: 4_000 }),
      watch("p0", "t2", 5, { seconds: 3_000 }),
      watch("p0", "t2", 4, { seconds: 9_000 }),
    ]);
    const seconds = Object.fromEntries((await counted()).map((count) => [count.titleId, count.seconds]));
    expect(seconds).toMatchObject({ t0: 5_000, t1: MAX_DAY_SECONDS - 5_000, t2: MAX_DAY_SECONDS, t3: 0 });
  });

  it("is what was watched within the period, there, and was not taken back", async () => {
    await stores.profiles.setConsents(tenant, "p2", consent(false));
    await ingest([
      watch("p0", "t0", 0),
      watch("p0", "t0", 29),
      watch("p0", "t1", 1),
      watch("p0", "t1", 28, { country: "FR" }),
      watch("p1", "t2", 9, { country: "FR" }),
      watch("p2", "t3", 2),
      watch("p3", "t3", 2),
    ]);
    await stores.titleEditing.merge(tenant, {
      keep: "t4",
      merge: "t2",
      expectedVersion: null,
      by: "command",
    });
    const seen = async (question: InsightQuestion) =>
      Object.fromEntries(
        (await counted(question))
          .filter(({ stayed }) => stayed > 0)
          .map((count) => [count.titleId, count.seconds]),
      );
    expect(await seen(MONTH)).toEqual({ t1: 7_200, t3: 3_600, t4: 3_600 });
    expect(await seen({ ...MONTH, country: "FR" })).toEqual({ t1: 3_600, t4: 3_600 });
    expect(await seen({ ...MONTH, days: 7 })).toEqual({ t1: 3_600, t3: 3_600 });
    await stores.profiles.setConsents(tenant, "p3", consent(false));
    await stores.profiles.setConsents(tenant, "p3", consent(true));
    expect(await seen({ ...MONTH, days: 7 })).toEqual({ t1: 3_600 });
  });
});

describe("one profile more", () => {
  const without = async () => {
    const before = await counted();
    await facts.run(
      tenant,
      `delete from viewing_events where tenant_id = ${tenant.id} and profile_id = 'p0'`,
    );
    return [before, await counted()] as const;
  };

  it("changes figures by its share at most, though it has watched a thousand titles day and night", async () => {
    await ground(1_000, 3);
    await ingest([
      ...titles(1_000).map((title, n) =>
        watch("p0", title, 1 + (n % 28), { seconds: 80_000, completed: n % 3 === 0 }),
      ),
      ...titles(50).map((title) => watch("p1", title, 1)),
    ]);
    const [before, after] = await without();
    const { groups, seconds } = distance(before, after);
    expect(before).toHaveLength(1_000);
    expect(groups).toBe(MAX_TITLES);
    expect(seconds).toBe(MAX_TITLES * MAX_DAY_SECONDS);
  });

  it("changes what is released by ε at most, whatever everybody has watched", async () => {
    await ground(12, 40);
    const random = new Random("crowd");
    await ingest(
      profiles(40).flatMap((profile) =>
        Array.from({ length: 30 }, () =>
          watch(profile, `t${random.below(12)}`, random.between(1, 28), {
            seconds: random.below(9_000),
            completed: random.chance(0.3),
          }),
        ),
      ),
    );
    const [before, after] = await without();
    const { groups, seconds } = distance(before, after);
    expect(groups).toBeGreaterThan(0);
    expect(groups).toBeLessThanOrEqual(MAX_TITLES);
    expect(seconds).toBeLessThanOrEqual(MONTH.days * MAX_DAY_SECONDS);
    const terms = { epsilon: 4_000, days: MONTH.days };
    const released = async (counts: readonly ExactCount[]) => {
      const outcomes: string[] = [];
      for (let n = 0; n < 5_000; n += 1) {
        const told = await noisyTitles(counts, terms, (below) => random.below(below));
        outcomes.push(`${told.length}`);
      }
      return outcomes;
    };
    // As many titles as are listed: all of them have about as many viewers as a title has to have.
    expect(Math.abs(before[0]!.stayed + before[0]!.completed - noiseOf(terms).leastViewers)).toBeLessThan(15);
    const [one, other] = [await released(before), await released(after)];
    expect(new Set(one).size).toBeGreaterThan(3);
    expect(tellingOutcomes(one, other, 4)).toEqual([]);
  });
});

describe("a release", () => {
  beforeAll(async () => {
    await ground(4, 30);
    await ingest(
      profiles(30).flatMap((profile, n) => [
        watch(profile, "t0", 3, { completed: n < 10 }),
        ...(n < 25 ? [watch(profile, "t1", 3, { seconds: n < 5 ? 60 : 1_800 })] : []),
        ...(n < 19 ? [watch(profile, "t2", 3)] : []),
      ]),
    );
  });
  beforeEach(() => facts.run(tenant, `delete from insight_releases where tenant_id = ${tenant.id}`));

  it("says of each title how it was watched, and of few viewers nothing", async () => {
    const told = await release(MONTH, EXACT);
    expect(told).toMatchObject({ ...MONTH, epsilon: EXACT.perRelease, leastViewers: 20 });
    expect(told.titles).toMatchObject([
      { titleId: "t0", viewers: 30, stayed: 30, completions: 10 },
      { titleId: "t1", viewers: 25, stayed: 20, completions: 0 },
    ]);
    const hours = told.titles.map(({ watchedSeconds }) => Math.round(watchedSeconds / 3_600));
    expect(Math.abs(hours[0]! - 30) + Math.abs(hours[1]! - 10)).toBeLessThanOrEqual(12);
  });

  it("is told again as it was, for one store call and nothing of the budget, whatever has come since", async () => {
    const first = await release();
    await ingest([watch("p0", "t3", 2)]);
    const request = testRequest(tenant);
    expect(await others.insights.release(request, MONTH, ONE, "command")).toEqual(first);
    expect(request.calls.totals()).toEqual({ POSTGRES: 1 });
    expect(await release(MONTH, { ...ONE, perRelease: 1 })).toEqual(first);
    expect(await account()).toMatchObject({ spent: 1_000 });
  });

  it("is the same for those who ask at once at two gateways, and is paid for once", async () => {
    const asked = await Promise.all(
      Array.from({ length: 8 }, (_, n) => release(MONTH, ONE, n % 2 ? others : stores)),
    );
    for (const told of asked) expect(told).toEqual(asked[0]);
    expect(await account()).toMatchObject({ spent: 1_000 });
  });

  it("is refused where the budget does not pay for it, though many ask at once, and says when it will", async () => {
    const asked = await Promise.allSettled(
      titles(6).map((_, n) => release({ ...MONTH, days: 7 + n }, ONE, n % 2 ? others : stores)),
    );
    const refused = asked.flatMap((each) =>
      each.status === "rejected" ? [each.reason as InsightsSpentError] : [],
    );
    expect(refused).toHaveLength(5);
    const [told] = asked.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
    for (const error of refused) {
      expect(error).toBeInstanceOf(InsightsSpentError);
      expect(Date.parse(error.moreAt) - Date.parse(told!.releasedAt)).toBe(90 * DAY_MS);
      expect(error.spent).toBe(1_000);
    }
    expect(await account()).toEqual({ spent: 1_000, moreAt: refused[0]!.moreAt });
  });

  it("counts for the budget as long as that says, and for its own tenant alone", async () => {
    await release({ ...MONTH, days: 1 });
    await expect(release()).rejects.toBeInstanceOf(InsightsSpentError);
    const other = await createTestTenant(stores);
    expect(await stores.insights.account(testRequest(other), ONE)).toEqual({ spent: 0, moreAt: null });
    expect((await stores.insights.release(testRequest(other), MONTH, ONE, "command")).titles).toEqual([]);
    await facts.run(
      tenant,
      `update insight_releases set released_at = now() - interval '90 days 1 second' where tenant_id = ${tenant.id}`,
    );
    expect(await account()).toEqual({ spent: 0, moreAt: null });
    expect((await release()).days).toBe(28);
  });

  it("is noted in the log of who did what, once", async () => {
    const page = { limit: 10, fromEnd: false };
    const noted = async () =>
      (await stores.audit.entries(testRequest(tenant), { acts: ["INSIGHTS_RELEASED"] }, page)).rows.length;
    const before = await noted();
    await release({ ...MONTH, country: "FR" });
    await release({ ...MONTH, country: "FR" });
    const { rows } = await stores.audit.entries(testRequest(tenant), { acts: ["INSIGHTS_RELEASED"] }, page);
    expect(rows).toHaveLength(before + 1);
    expect(rows[0]!.entry).toMatchObject({
      actor: "command",
      details: { days: 28, until: UNTIL, country: "FR", epsilon: 1 },
    });
  });

  it("stays as it is for whoever has the application's role", async () => {
    await release();
    const change = (statement: Sql) => own.postgres.transaction(tenant, (query) => query(statement));
    await expect(change(sql`delete from insight_releases`)).rejects.toThrow("permission denied");
    await expect(change(sql`update insight_releases set epsilon = 1`)).rejects.toThrow("permission denied");
  });
});
