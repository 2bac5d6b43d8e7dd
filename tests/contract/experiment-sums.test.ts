import { beforeAll, expect, inject, it } from "vitest";

import { type Tenant } from "../../datasources/core/tenant.js";
import { PostgresStore, sql } from "../../datasources/engines/postgres/store.postgres.js";
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

const PATIENT = { timeout: 30_000 };
const DAY_MS = 86_400_000;
const DAYS = 20;
const TITLES = Array.from({ length: 8 }, (_, n) => `t${n}`);
const PROFILES = Array.from({ length: 20 }, (_, n) => `p${n}`);
const ARMS = ["x/1", "x/2"];
const EXPERIMENT = { id: "x", kind: "ARMS", metric: "WATCHED", arms: [{ position: 1 }, { position: 2 }] };

const stores = useStores();
const facts = useFacts();
const own = use(async () => {
  const url = await applicationUrl(inject("postgresUrl"));
  const postgres = new PostgresStore(url, () => undefined, PATIENT_DEADLINE_MS);
  return { postgres, close: () => postgres.close() };
});
const random = new Random("experiment sums");
const now = Date.now();
let tenant: Tenant;

/** An instant so many days ago. */
const ago = (days: number) => new Date(now - days * DAY_MS).toISOString();
/** An instant of a day in UTC so many days ago, which is of that day whatever the time is now. */
const atHour = (hour: number, days: number) =>
  new Date(Math.floor(now / DAY_MS - days) * DAY_MS + hour * 3_600_000).toISOString();
const armOf = (profile: string) => ARMS[PROFILES.indexOf(profile) % 2]!;

/** Titles that a profile begins to watch, those left open among them, and when. Days ago. */
interface Begun {
  profile: string;
  title: string;
  days: number;
  completed: boolean;
}
const begun: Begun[] = [];

/** Another tenant, with all titles and profiles. */
async function openTenant(): Promise<void> {
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
}

beforeAll(async () => {
  await openTenant();
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

/** As if it were so many days earlier. */
async function openDays(days: number) {
  await facts.run(
    tenant,
    `update served_closings set until = until - interval '${24 * days} hours', summed = null where tenant_id = ${tenant.id};
     delete from served_sums s using served_closings c
     where s.tenant_id = ${tenant.id} and c.tenant_id = s.tenant_id and s.day >= (c.until at time zone 'UTC')::date`,
  );
}

it("figures are the same before days are closed, and after", async () => {
  const before = await expectSame();
  expect(before.get("x/1")!.watched).toBeGreaterThan(10);
  expect(await stores.experiments.closeDays(tenant)).toBeGreaterThan(DAYS - 4);
  expect(await expectSame()).toEqual(before);
  expect(await stores.experiments.closeDays(tenant)).toBe(0);
  const today = "date_trunc('day', now(), 'UTC')";
  const [{ lists } = { lists: -1 }] = await facts.rows<{ lists: number }>(
    tenant,
    `select count(*)::int as lists from served_lists where tenant_id = $1 and arms <> '{}' and at < ${today}`,
  );
  const sums = await summed();
  expect(sums).toMatchObject({ lists });
  expect(sums.watched).toBeGreaterThan(10);
  const all = [...before.values()].reduce((sum, { served }) => sum + served, 0);
  expect(sums.lists).toBeLessThan(all);
});

it("days that are over and not closed are summed up anew each time", async () => {
  const ended = (now - (now % DAY_MS) - DAY_MS / 2) / DAY_MS;
  const at = new Date(ended * DAY_MS).toISOString();
  await facts.run(
    tenant,
    `insert into served_lists (tenant_id, id, profile_id, at, context, place, title_ids, latency_ms, kept, arms)
     values (${tenant.id}, gen_random_uuid(), 'p4', '${at}', 'HOME', 1, '{t6}', 1, false, '{${armOf("p4")}}')`,
  );
  const before = (await told()).get(armOf("p4"))!;
  const late = new Date(ended * DAY_MS + 60_000).toISOString();
  await stores.viewingIngest.ingest(tenant, [watch("p4", "t6", late, { completed: false })]);
  expect(await stores.experiments.closeDays(tenant)).toBe(0);
  const figures = await expectSame();
  expect(figures.get(armOf("p4"))).toMatchObject({ served: before.served + 1, watched: before.watched + 1 });
  expect((await summed("profile_id = 'p4' and titles @> '{t6}'")).rows).toBe(1);
  expect(await stores.experiments.closeDays(tenant)).toBe(0);
  expect(await expectSame()).toEqual(figures);
});

it("what is watched further counts at once, and once its own day is closed", async () => {
  const before = await expectSame();
  await openDays(5);
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

it("a watch counts once, on the day on which it began, where that is told when another had it", async () => {
  const listed = (days: number) =>
    `(${tenant.id}, gen_random_uuid(), 'p4', '${ago(days)}', 'HOME', 1, '{t7}', 1, false, '{${armOf("p4")}}')`;
  await facts.run(
    tenant,
    `insert into served_lists (tenant_id, id, profile_id, at, context, place, title_ids, latency_ms, kept, arms)
     values ${[6.5, 15.5].map(listed).join(", ")}`,
  );
  await stores.viewingIngest.ingest(tenant, [watch("p4", "t7", ago(6.4), { completed: false })]);
  await openDays(30);
  expect(await stores.experiments.closeDays(tenant)).toBe(30);
  const before = await expectSame();
  const kept = await summed("profile_id = 'p4'");
  await openDays(2);
  // A device that was offline tells that it began a week earlier, and it is finished since.
  await stores.viewingIngest.ingest(tenant, [
    watch("p4", "t7", ago(15.4), { completed: false }),
    watch("p4", "t7", ago(3.5), { completed: true }),
  ]);
  const told = await expectSame();
  expect(await stores.experiments.closeDays(tenant)).toBe(2);
  expect(await expectSame()).toEqual(told);
  const { watched, completed } = before.get(armOf("p4"))!;
  expect(told.get(armOf("p4"))).toMatchObject({ watched, completed: completed + 1 });
  const day = `(timestamptz '${ago(15.4)}' at time zone 'UTC')::date`;
  expect((await summed(`profile_id = 'p4' and finished @> '{t7}' and day = ${day}`)).rows).toBe(1);
  expect((await summed("profile_id = 'p4' and titles @> '{t7}'")).rows).toBe(1);
  expect((await summed("profile_id = 'p4'")).watched).toBe(kept.watched);
});

it("sums go with either consent, with the profile, and where it becomes a child's", async () => {
  await stores.profiles.setConsents(tenant, "p0", { measurement: false, textVersion: "1" });
  await stores.profiles.setConsents(tenant, "p1", { personalisation: false, textVersion: "1" });
  await stores.accounts.putProfiles(tenant, [{ ...adultProfile("p2"), kind: "KIDS", maturityLimit: 8 }]);
  for (const profile of ["p0", "p1", "p2"])
    expect(await summed(`profile_id = '${profile}'`), profile).toMatchObject({ rows: 0 });
  expect((await summed("profile_id = 'p3'")).rows).toBeGreaterThan(0);
  await expectSame();
  await openDays(5);
  // Whoever agrees again counts from the days on that are open, whatever is told of those before.
  const again = ["p0", "p5", "p6", "p7", "p8"];
  for (const measurement of [false, true])
    for (const profile of again)
      await stores.profiles.setConsents(tenant, profile, { measurement, textVersion: "1" });
  const earlier = begun.filter(({ profile, days }) => again.includes(profile) && days > 8);
  expect(earlier.length).toBeGreaterThan(10);
  await stores.viewingIngest.ingest(
    tenant,
    earlier.map(({ profile, title }) => watch(profile, title, ago(5.2), { completed: true })),
  );
  const [open] = await facts.rows<{ day: string }>(
    tenant,
    `select (until at time zone 'UTC')::date::text as day from served_closings where tenant_id = $1`,
  );
  const theirs = `profile_id in ('${again.join("', '")}')`;
  const figures = await told();
  expect(await stores.experiments.closeDays(tenant)).toBe(5);
  expect(await told()).toEqual(figures);
  expect(await summed(`${theirs} and day < '${open!.day}'`)).toMatchObject({ rows: 0 });
  expect((await summed(theirs)).lists).toBeGreaterThan(10);
});

it("sums of a day go when its first list may", async () => {
  const none = Object.fromEntries(Object.keys(RETENTION_KINDS).map((kind) => [kind, null]));
  await stores.retention.enforce(tenant, { ...none, served: 10 } as RetentionDays);
  const limit = `(now() - interval '10 days')`;
  expect(await summed(`day <= (${limit} at time zone 'UTC')::date`)).toMatchObject({ rows: 0 });
  expect((await summed(`day > (${limit} at time zone 'UTC')::date`)).rows).toBeGreaterThan(0);
});

it("of interleaved lists, what an arm has put counts for it on days that are closed too", async () => {
  await openTenant();
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

it("whoever takes a consent back while a day is closed waits for no other, and sums count when all are there", async () => {
  tenant = await createTestTenant(stores);
  const many = Array.from({ length: 1_100 }, (_, n) => `q${String(n).padStart(4, "0")}`);
  await publish(stores, tenant, [titleBody({ id: "t0" })]);
  await stores.accounts.putAccounts(
    tenant,
    many.map((id) => viewerAccount(id)),
  );
  const rows = many.map(
    (profile) =>
      `(${tenant.id}, gen_random_uuid(), '${profile}', '${atHour(10, 4)}', 'HOME', 1, '{t0}', 1, false, '{x/1}')`,
  );
  await facts.run(
    tenant,
    `insert into served_lists (tenant_id, id, profile_id, at, context, place, title_ids, latency_ms, kept, arms)
     values ${rows.join(", ")}`,
  );
  await stores.viewingIngest.ingest(
    tenant,
    ["q0001", "q1098"].map((profile) => watch(profile, "t0", atHour(12, 4))),
  );
  const before = await told();
  let closing: Promise<number> | undefined;
  await own.postgres.transaction(tenant, async (query) => {
    await query(sql`select from consents where account_id = 'q1099' for update`);
    closing = stores.experiments.closeDays(tenant);
    await expect.poll(() => summed(), PATIENT).toMatchObject({ lists: 1_000, watched: 1 });
    expect(await told()).toEqual(before);
    await stores.profiles.setConsents(tenant, "q0000", { measurement: false, textVersion: "1" });
    expect(await summed("profile_id = 'q0000'")).toMatchObject({ rows: 0 });
  });
  expect(await closing).toBeGreaterThan(0);
  expect(await summed()).toMatchObject({ lists: 1_099, watched: 2, rows: 1_099 });
  const { profiles, served, watched } = before.get("x/1")!;
  expect((await told()).get("x/1")).toMatchObject({ profiles: profiles - 1, served: served - 1, watched });
});
