import { setImmediate } from "node:timers/promises";

import { describe, expect, it } from "vitest";

import { type Tenant } from "../../datasources/core/tenant.js";
import { type Ask, type PostgresStore, type Sql } from "../../datasources/engines/postgres/store.postgres.js";
import { PostgresViewingWriting } from "../../datasources/viewing/viewing-writing.postgres.js";
import { WATCH_RULES } from "../../datasources/viewing/watch-rules.js";

const tenant = { id: 1, slug: "t", schema: "shared" } as Tenant;
const event = {
  titleId: "a",
  durationSeconds: 6_000,
  positionSeconds: 60,
  completed: null,
  device: null,
  country: "US",
  at: null,
  eventId: null,
};
const written = { position_seconds: 60, duration_seconds: 6_000, completed: false, rating: null, xid: 1 };
const standing = { last_at: null, allowed: null, measured: true, merged_into: null, answer: null, xid: null };

/** A store that answers the statements asked for together all at once: each time is a round trip. */
function countingStore(near: object[]) {
  const count = { transactions: 0, statements: 0, trips: 0 };
  const conclude = async (_: Tenant, work: (ask: Ask) => Promise<Sql | null>) => {
    let waiting: (() => void)[] = [];
    const ask = (statement: Sql) => {
      count.statements += 1;
      return new Promise((resolve) => waiting.push(() => resolve(rowsOf(statement, near))));
    };
    count.transactions += 1;
    const asked = work(ask as Ask);
    let done = false;
    void asked.then(() => (done = true));
    for (await setImmediate(); !done || waiting.length > 0; await setImmediate()) {
      count.trips += waiting.length > 0 ? 1 : 0;
      const answered = waiting;
      waiting = [];
      for (const answer of answered) answer();
    }
    const last = await asked;
    if (!last) return [];
    // The concluding statement travels with the commit.
    count.statements += 1;
    count.trips += 1;
    return placesOf(last).map(({ n }) => ({ n, ...written }));
  };
  const store = {
    conclude,
    notify: () => undefined,
    transaction: () => Promise.resolve([]),
    deadlineMs: 60_000,
  };
  return { store: store as unknown as PostgresStore, count };
}

/** What a statement is told of events. */
function placesOf({ values }: Sql): { n: number }[] {
  const told = values.find((value) => typeof value === "string" && value.startsWith("[{"));
  return JSON.parse(String(told)) as { n: number }[];
}

function rowsOf(statement: Sql, near: object[]): object[] {
  if (statement.text.includes("skip locked")) return (statement.values[0] as string[]).map((id) => ({ id }));
  if (statement.text.includes("title_merges") && statement.values.length < 4) return [];
  return placesOf(statement).flatMap(({ n }) => {
    if (statement.text.includes("viewing_receipts")) return [{ n, ...standing }];
    if (statement.text.includes("as later")) return near.map((row) => ({ n, ...row }));
    return statement.text.includes("as held") ? [{ n, held: true }] : [];
  });
}

/** What so many reports at the same time cost. */
async function costOf(reports: number, near: object[]) {
  const { store, count } = countingStore(near);
  const writing = new PostgresViewingWriting(store, WATCH_RULES);
  const profiles = Array.from({ length: reports }, (_, n) => `u${n}`);
  await Promise.all(profiles.map((profileId) => writing.recordProgress(tenant, { ...event, profileId })));
  return count;
}

describe("reports of players", () => {
  const before = { at: "2026-05-01T20:00:00Z", position: 30, played: 0, device: "UNKNOWN", later: false };
  const behind = { ...before, later: true };

  it("cost two round trips, and one more where others are behind them, however many there are", async () => {
    for (const reports of [1, 2, 100]) {
      const usual = { transactions: 1, statements: 6, trips: 2 };
      expect(await costOf(reports, []), `${reports} first ones`).toEqual(usual);
      expect(await costOf(reports, [before]), `${reports}`).toEqual(usual);
      const late = { transactions: 1, statements: 7, trips: 3 };
      expect(await costOf(reports, [before, behind]), `${reports} late ones`).toEqual(late);
    }
  });

  it("of more profiles than one transaction takes are a few of them", async () => {
    expect(await costOf(500, [])).toEqual({ transactions: 3, statements: 18, trips: 6 });
  });
});
