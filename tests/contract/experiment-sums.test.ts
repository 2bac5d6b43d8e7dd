import { beforeAll, expect, inject, it } from "vitest";

import { type Tenant } from "../../datasources/core/tenant.js";
import { PostgresStore } from "../../datasources/engines/postgres/store.postgres.js";
import { figuresOf } from "../../datasources/experiments/experiment-figures.js";
import { type SumsRow } from "../../datasources/experiments/experiment-report.postgres.js";
import { type ExperimentRecord } from "../../datasources/experiments/experiments.js";
import { RETENTION_KINDS, type RetentionDays } from "../../datasources/retention/retention.js";
import { applicationUrl } from "../../datasources/stores/stores.js";
import { Random } from "../../seeds/random.js";
import { viewerAccount } from "../support/accounts.js";
import { adultProfile, publish } from "../support/catalogue.js";
import { sumsOfLists } from "../support/experiment-sums.js";
import { use, useFacts, useStores } from "../support/fixtures.js";
import { PATIENT_DEADLINE_MS } from "../support/patience.js";
import { createTestTenant, testRequest } from "../support/stores.js";
import { titleBody } from "../support/titles.js";
import { watch } from "./recommendations-support.js";

/*
 * Figures of experiments from sums of closed days, against what the lists and watches themselves say: drawn at random, of
 * three weeks up to now.
 */

const DAY_MS = 86_400_000;
const DAYS = 20;
const TITLES = Array.from({ length: 8 }, (_, n) => `t${n}`);
const PROFILES = Array.from({ length: 20 }, (_, n) => `p${n}`);
const ARMS = ["x/1", "x/2"];
const EXPERIMENT = { id: "x", kind: "ARMS", metric: "WATCHED", arms: [{ position: 1 }, { position: 2 }] };

const stores = useStores();
const facts = useFacts();
const own = use(() => {
  const { url } = applicationUrl(inject("postgresUrl"));
  const postgres = new PostgresStore(url, () => undefined, PATIENT_DEADLINE_MS);
  return Promise.resolve({ postgres, close: () => postgres.close() });
});
const random = new Random("experiment sums");
const now = Date.now();
let tenant: Tenant;

/** An instant so many days ago. */
const ago = (days: number) => new Date(now - days * DAY_MS).toISOString();
const armOf = (profile: string) => ARMS[PROFILES.indexOf(profile) % 2]!;

/** Titles that a profile begins to watch, those left open among them, and when. Days ago. */
interface Begun {
  profile: string;
  title: string;
  days: number;
  completed: boolean;
}
const begun: Begun[] = [];

beforeAll(async () => {
  tenant = await createTestTenant(stores);
  await publish(
    stores,
    tenant,
    TITLES.map((id) => titleBody({ id })),
  );
  await stores.accounts.putAccounts(
    tenant,
    PROFILES.map((id) => viewerAccount(id)),
  );
  await facts.run(
    tenant,
    `insert into served_lists (tenant_id, id, profile_id, at, context, place, title_ids, latency_ms, kept, arms) values ${PROFILES.flatMap(listsOf).join(", ")}`,
  );
  for (const profile of PROFILES)
    for (const title of TITLES.slice(0, 6))
      begun.push({ profile, title, days: random.next() * DAYS, completed: random.next() < 0.3 });
  await stores.viewingIngest.ingest(
    tenant,
    begun.map(({ profile, title, days, completed }) => watch(profile, title, ago(days), { completed })),
  );
});

/** Rows of lists of a profile, most of them of its arm. */
function listsOf(profile: string): string[] {
  return Array.from({ length: 30 }, () => {
    const titles = TITLES.filter(() => random.next() < 0.4);
    const arms = random.next() < 0.8 ? `{${armOf(profile)}}` : "{}";
    const at = ago(random.next() * DAYS);
    return `(${tenant.id}, gen_random_uuid(), '${profile}', '${at}', 'HOME', 1, '{${titles.join()}}', 1, false, '${arms}')`;
  });
}

async function told() {
  return stores.experiments.figures(testRequest(tenant), [EXPERIMENT as unknown as ExperimentRecord]);
}

/** What the lists themselves say. */
async function expected() {
  const sums = await own.postgres.read<SumsRow & Record<string, unknown>>(
    testRequest(tenant),
    "test.sums",
    sumsOfLists(ARMS),
  );
  return figuresOf(EXPERIMENT as unknown as ExperimentRecord, sums);
}

async function expectSame() {
  const [one, other] = [await told(), await expected()];
  expect(one.size).toBe(2);
  expect(one).toEqual(other);
  return one;
}

const summed = async (where = "true") =>
  (
    await facts.rows<{ lists: number; watched: number; completed: number; rows: number }>(
      tenant,
      `select coalesce(sum(lists), 0)::int as lists, coalesce(sum(watched), 0)::int as watched,
         coalesce(sum(completed), 0)::int as completed, count(*)::int as rows
       from served_sums where tenant_id = $1 and ${where}`,
    )
  )[0]!;

it("figures are the same before days are closed, and after", async () => {
  const before = await expectSame();
  expect(before.get("x/1")!.watched).toBeGreaterThan(10);
  expect(await stores.experiments.closeDays(tenant)).toBeGreaterThan(DAYS - 4);
  expect(await expectSame()).toEqual(before);
  expect(await stores.experiments.closeDays(tenant)).toBe(0);
  const [{ lists } = { lists: -1 }] = await facts.rows<{ lists: number }>(
    tenant,
    `select count(*)::int as lists from served_lists
     where tenant_id = $1 and arms <> '{}' and at < date_trunc('day', now(), 'UTC') - interval '48 hours'`,
  );
  const sums = await summed();
  expect(sums).toMatchObject({ lists });
  expect(sums.watched).toBeGreaterThan(10);
  const all = [...before.values()].reduce((sum, { served }) => sum + served, 0);
  expect(sums.lists).toBeLessThan(all);
});

it("what is watched further counts at once, and once its own day is closed", async () => {
  const before = await expectSame();
  // As if it were five days earlier.
  await facts.run(
    tenant,
    `update served_closings set until = until - interval '120 hours' where tenant_id = ${tenant.id};
     delete from served_sums s using served_closings c
     where s.tenant_id = ${tenant.id} and c.tenant_id = s.tenant_id and s.day >= (c.until at time zone 'UTC')::date`,
  );
  expect(await expectSame()).toEqual(before);
  const [earlier, later] = [
    begun.filter(({ days, completed }) => days > 8 && !completed).slice(0, 12),
    ago(5.5),
  ];
  expect(earlier).toHaveLength(12);
  await stores.viewingIngest.ingest(
    tenant,
    earlier.map(({ profile, title }) => watch(profile, title, later, { completed: true })),
  );
  const completed = (figures: Awaited<ReturnType<typeof told>>) =>
    [...figures.values()].reduce((sum, each) => sum + each.completed, 0);
  const after = await expectSame();
  expect(completed(after)).toBeGreaterThan(completed(before));
  const kept = (await summed()).completed;
  expect(await stores.experiments.closeDays(tenant)).toBe(5);
  expect(await expectSame()).toEqual(after);
  expect((await summed()).completed).toBeGreaterThan(kept);
  // Days that are closed have it by now.
  await stores.viewingIngest.ingest(tenant, [
    watch(earlier[0]!.profile, earlier[0]!.title, ago(0.01), { completed: true }),
  ]);
  expect(await expectSame()).toEqual(after);
});

it("sums go with either consent, with the profile, and where it becomes a child's", async () => {
  await stores.profiles.setConsents(tenant, "p0", { measurement: false, textVersion: "1" });
  await stores.profiles.setConsents(tenant, "p1", { personalisation: false, textVersion: "1" });
  await stores.accounts.putProfiles(tenant, [{ ...adultProfile("p2"), kind: "KIDS", maturityLimit: 8 }]);
  for (const profile of ["p0", "p1", "p2"])
    expect(await summed(`profile_id = '${profile}'`), profile).toMatchObject({ rows: 0 });
  expect((await summed("profile_id = 'p3'")).rows).toBeGreaterThan(0);
  await expectSame();
  // Whoever agrees again counts from the days on that are open.
  await stores.profiles.setConsents(tenant, "p0", { measurement: true, textVersion: "1" });
  expect(await stores.experiments.closeDays(tenant)).toBe(0);
  expect(await summed("profile_id = 'p0'")).toMatchObject({ rows: 0 });
});

it("sums of a day go when its first list may", async () => {
  const none = Object.fromEntries(Object.keys(RETENTION_KINDS).map((kind) => [kind, null]));
  await stores.retention.enforce(tenant, { ...none, served: 10 } as RetentionDays);
  const limit = `(now() - interval '10 days')`;
  expect(await summed(`day <= (${limit} at time zone 'UTC')::date`)).toMatchObject({ rows: 0 });
  expect((await summed(`day > (${limit} at time zone 'UTC')::date`)).rows).toBeGreaterThan(0);
});

it("of interleaved lists, what an arm has put counts for it on days that are closed too", async () => {
  tenant = await createTestTenant(stores);
  await publish(
    stores,
    tenant,
    TITLES.map((id) => titleBody({ id })),
  );
  await stores.accounts.putAccounts(
    tenant,
    PROFILES.map((id) => viewerAccount(id)),
  );
  const rows = PROFILES.map(
    (profile) =>
      `(${tenant.id}, gen_random_uuid(), '${profile}', '${ago(9)}', 'HOME', 1, '{t0,t1,t2}', 1, false, '{x/1,x/2}', '{1,2,0}')`,
  );
  await facts.run(
    tenant,
    `insert into served_lists (tenant_id, id, profile_id, at, context, place, title_ids, latency_ms, kept, arms, teams)
     values ${rows.join(", ")}`,
  );
  const titleOf = (at: number) => (at < 12 ? "t0" : at < 16 ? "t1" : "t2");
  await stores.viewingIngest.ingest(
    tenant,
    PROFILES.map((profile, at) => watch(profile, titleOf(at), ago(8.9))),
  );
  const experiment = { ...EXPERIMENT, kind: "INTERLEAVING" } as unknown as ExperimentRecord;
  const figures = () => stores.experiments.figures(testRequest(tenant), [experiment]);
  const before = await figures();
  expect(before.get("x/1")).toMatchObject({ served: 20, watched: 12, preference: { value: 12 / 16 } });
  expect(before.get("x/2")).toMatchObject({ served: 20, watched: 4, preference: { value: 4 / 16 } });
  expect(await stores.experiments.closeDays(tenant)).toBeGreaterThan(5);
  expect(await figures()).toEqual(before);
});
