import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";

import { type PlaybackSession } from "../../datasources/playback/playback.js";
import { Refusal } from "../../datasources/core/refusal.js";
import { type Stores } from "../../datasources/stores/stores.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { viewerAccount } from "../support/accounts.js";
import { use, useDatabase } from "../support/fixtures.js";
import { createTestTenant } from "../support/stores.js";
import { titleBody } from "../support/titles.js";

/** Nothing else works on it, so that its connections can be killed. */
const database = useDatabase();
const stores = use((): Promise<Stores> => database.open());

const CROWD = 100;
const HOUR = 3_600_000;
let tenant: Tenant;
let accounts = 0;
let account: string;

const plan = (maxStreams: number) => ({
  id: `S${maxStreams}`,
  name: `${maxStreams} at once`,
  maxStreams,
  maxHeight: 2160,
  priceCents: 999,
  currency: "USD",
});

beforeAll(async () => {
  tenant = await createTestTenant(stores);
  await stores.accounts.putPlans(tenant, [1, 2, 4].map(plan));
  await stores.titleVersions.append(tenant, [{ body: titleBody({ id: "a" }), effectiveFrom: null }]);
});
beforeEach(() => {
  account = `crowd-${++accounts}`;
});

const asker = () => ({ country: "US", editor: false, now: new Date() });
const device = { kind: "TV" as const, width: 3840, height: 2160, codecs: ["H264" as const], hdr: [] };
const key = (sessionId: string) => ({ accountId: account, profileId: null, sessionId });

/** An account whose plan has that many streams. */
const subscribed = (streams: number) =>
  stores.accounts.putAccounts(tenant, [viewerAccount(account, { planId: `S${streams}` })]);
/** Changes the plan in the facts, as a checkout does at its end. */
const changeTo = (streams: number) =>
  facts(`update subscriptions set plan_id = 'S${streams}' where account_id = '${account}'`);
const start = () =>
  stores.playback.start(tenant, {
    accountId: account,
    profileId: account,
    titleId: "a",
    asker: asker(),
    device,
  });
const beat = ({ id }: PlaybackSession) => stores.playback.heartbeat(tenant, key(id), asker());

async function facts<R extends object>(statement: string): Promise<R[]> {
  return database.query<R>(
    statement.replace(/\b(subscriptions|playback_sessions)\b/g, `${tenant.schema}.$1`),
  );
}

/** How many of the account's sessions live, on the database's clock. */
async function living(): Promise<number> {
  const [row] = await facts<{ n: number }>(
    `select count(*)::int as n from playback_sessions
     where account_id = '${account}' and stopped_at is null and expires_at > clock_timestamp()`,
  );
  return row?.n ?? 0;
}

/** What came of calls at the same time: those that were answered, and what the others were refused with. */
async function outcomes<T>(calls: readonly Promise<T>[]) {
  const settled = await Promise.allSettled(calls);
  const done = settled.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
  const reasons = settled.flatMap((each) => (each.status === "rejected" ? [each.reason as unknown] : []));
  const codes = reasons.map((reason) => (reason instanceof Refusal ? reason.code : String(reason)));
  return { done, codes: [...new Set(codes)] };
}

const crowd = (size = CROWD) => Array.from({ length: size }, start);

describe(`${CROWD} starts at the same time`, () => {
  it.each([1, 2, 4])(
    "take exactly the streams of a plan of %i, and again when these were stopped",
    async (streams) => {
      await subscribed(streams);
      for (let round = 0; round < 2; round += 1) {
        const { done, codes } = await outcomes(crowd());
        expect(done).toHaveLength(streams);
        expect(codes).toEqual(["TOO_MANY_STREAMS"]);
        expect(await living()).toBe(streams);
        await Promise.all(done.map(({ id }) => stores.playback.stop(tenant, key(id))));
        expect(await living()).toBe(0);
      }
    },
  );

  it.each([
    [1, 4],
    [4, 1],
    [2, 4],
    [4, 2],
  ])(
    "beside a change of the plan from %i to %i end at the streams of the new one, the first of them",
    async (from, to) => {
      await subscribed(from);
      const half = crowd(CROWD / 2);
      const changed = changeTo(to);
      const { done, codes } = await outcomes([...half, ...crowd(CROWD / 2)]);
      await changed;
      expect(codes).toEqual(["TOO_MANY_STREAMS"]);
      // Whoever came before a smaller plan is found out at the next heartbeat.
      expect(done.length).toBeLessThanOrEqual(Math.max(from, to));
      expect(done.length).toBeGreaterThanOrEqual(Math.min(from, to));
      const more = await outcomes(crowd(5));
      const streaming = [...done, ...more.done];
      const kept = await outcomes(streaming.map(beat));
      expect(kept.done).toHaveLength(to);
      expect(await living()).toBe(to);
      const [first] = await facts<{ ids: string[] }>(
        `select array_agg(id order by started_at, id) as ids from playback_sessions where account_id = '${account}'`,
      );
      expect(new Set(kept.done.map(({ id }) => id))).toEqual(new Set(first?.ids.slice(0, to)));
    },
  );

  it.each([1, 2, 4])(
    "whose connections are killed leave no stream too many of %i, and none that nobody can take",
    async (streams) => {
      await subscribed(streams);
      const starts = outcomes(crowd());
      for (let kills = 0; kills < 5; kills++) {
        await database.query(
          `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and usename ^@ 'marquee_app' and query like '%playback_sessions%'`,
        );
      }
      const { done } = await starts;
      // A start that was killed at its commit may have taken a stream that nobody was told of; it ends by itself.
      expect(done.length).toBeLessThanOrEqual(streams);
      expect(await living()).toBeLessThanOrEqual(streams);
      expect(await living()).toBeGreaterThanOrEqual(done.length);
      const { codes } = await outcomes(crowd(10));
      expect(codes.filter((code) => code !== "TOO_MANY_STREAMS")).toEqual([]);
      expect(await living()).toBe(streams);
    },
  );

  it.each([
    ["an hour ahead", HOUR],
    ["an hour behind", -HOUR],
  ])(
    "of a process whose clock is %s take exactly the streams of the plan, for a minute of the database's",
    async (_, off) => {
      await subscribed(2);
      vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + off });
      const { done, codes } = await outcomes(crowd()).finally(() => vi.useRealTimers());
      expect(done).toHaveLength(2);
      expect(codes).toEqual(["TOO_MANY_STREAMS"]);
      for (const { expiresAt } of done)
        expect(Math.abs(Date.parse(expiresAt) - Date.now())).toBeLessThan(10 * 60_000);
      vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + off });
      const kept = await outcomes(done.map(beat)).finally(() => vi.useRealTimers());
      expect(kept.done).toHaveLength(2);
    },
  );
});
