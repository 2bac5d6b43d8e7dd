import { setImmediate } from "node:timers/promises";

import { describe, expect, it } from "vitest";

import { type Tenant } from "../../datasources/core/tenant.js";
import { type Ask, type PostgresStore, type Sql } from "../../datasources/engines/postgres/store.postgres.js";
import { PostgresViewingWriting } from "../../datasources/viewing/viewing-writing.postgres.js";
import { WATCH_RULES } from "../../datasources/viewing/watch-rules.js";

const tenant = { id: 1, slug: "t", schema: "shared" } as Tenant;
const event = {
  profileId: "u1",
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

/** A store that answers the statements asked for together all at once: each time is a round trip. */
function countingStore(near: object[]) {
  let trips = 0;
  const conclude = async (_: Tenant, work: (ask: Ask) => Promise<Sql | null>) => {
    let waiting: (() => void)[] = [];
    const ask = (statement: Sql) =>
      new Promise((resolve) => waiting.push(() => resolve(rowsOf(statement.text, near))));
    const statement = work(ask as Ask);
    let done = false;
    void statement.then(() => (done = true));
    for (await setImmediate(); !done || waiting.length > 0; await setImmediate()) {
      trips += waiting.length > 0 ? 1 : 0;
      const answered = waiting;
      waiting = [];
      for (const answer of answered) answer();
    }
    // The concluding statement travels with the commit.
    trips += (await statement) ? 1 : 0;
    return [written];
  };
  const store = { conclude, notify: () => undefined, transaction: () => Promise.resolve([]) };
  return { store: store as unknown as PostgresStore, trips: () => trips };
}

function rowsOf(text: string, near: object[]): object[] {
  if (text.includes("viewing_receipts"))
    return [{ last_at: null, allowed: null, measured: true, merged_into: null, answer: null, xid: null }];
  return text.includes("as later") ? near : [];
}

async function tripsOf(near: object[]): Promise<number> {
  const { store, trips } = countingStore(near);
  await new PostgresViewingWriting(store, WATCH_RULES).recordProgress(tenant, event);
  return trips();
}

describe("a report of a player", () => {
  const before = { at: "2026-05-01T20:00:00Z", position: 30, played: 0, device: "UNKNOWN", later: false };

  it("costs two round trips, and one more where others are behind it", async () => {
    expect(await tripsOf([])).toBe(2);
    expect(await tripsOf([before])).toBe(2);
    expect(await tripsOf([before, { ...before, later: true }])).toBe(3);
  });
});
