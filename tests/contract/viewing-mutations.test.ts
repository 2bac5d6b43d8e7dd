import { beforeEach, describe, expect, it } from "vitest";

import { type Refusal } from "../../datasources/core/refusal.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { type ProgressEvent, type ViewingWritten } from "../../datasources/viewing/viewing-writing.js";
import { adultProfile } from "../support/catalogue.js";
import { outboxOf } from "../support/facts.js";
import { useFacts, useStores } from "../support/fixtures.js";
import { createTestTenant, testRequest } from "../support/stores.js";
import { titleBody } from "../support/titles.js";

const MINUTE = 60_000;
const PAIR = { profileId: "u1", titleId: "a" };

const stores = useStores();
const facts = useFacts();
let tenant: Tenant;
/** An evening, some hours ago. */
let evening: number;

beforeEach(async () => {
  tenant = await createTestTenant(stores);
  evening = Date.now() - 300 * MINUTE;
  await stores.accounts.putProfiles(tenant, [adultProfile("u1"), adultProfile("u2")]);
  await stores.catalogProjection.put(tenant, [
    { ...titleBody({ id: "a" }), revision: 1, latestVersion: 1, popularity: 0 },
  ]);
});

/** Records where a player stands so many seconds into the evening. */
function record(second: number | null, positionSeconds: number, more: Partial<ProgressEvent> = {}) {
  const at = second === null ? null : new Date(evening + second * 1_000);
  return stores.viewingWriting.recordProgress(tenant, {
    ...PAIR,
    positionSeconds,
    durationSeconds: 6_000,
    completed: null,
    device: "TV",
    country: "US",
    at,
    eventId: null,
    ...more,
  });
}

const progressOf = ({ state }: ViewingWritten) => [
  state.progress?.positionSeconds,
  state.progress?.completed,
];
const refusal = (code: string, field: string | null): unknown => expect.objectContaining({ code, field });

interface ProgressRow {
  position_seconds: number;
  completed: boolean;
  watched_seconds: number;
  first: Date;
  last: Date;
  revision: number;
}
async function progress(): Promise<ProgressRow | undefined> {
  const rows = await facts.rows<ProgressRow>(
    tenant,
    `select position_seconds, completed, watched_seconds, first_watched_at as first, last_watched_at as last, revision::int
     from title_progress where tenant_id = $1 and profile_id = 'u1' and title_id = 'a'`,
  );
  return rows[0];
}
async function shelf(name: "CONTINUE_WATCHING" | "HISTORY", profile = "u1") {
  const page = { limit: 10, fromEnd: false };
  const [found] = await stores.viewing.shelves(testRequest(tenant), name, [{ profile, page }]);
  return found!.rows.map(({ titleId, completed }) => [titleId, completed]);
}
const count = async (table: string) =>
  (await facts.rows<{ n: number }>(tenant, `select count(*)::int as n from ${table} where tenant_id = $1`))[0]
    ?.n;

describe("recordProgress", () => {
  it("stores the event, the progress and what projections follow", async () => {
    const written = await record(0, 90, { device: "MOBILE", country: "FR" });
    expect(written.state).toEqual({
      progress: { positionSeconds: 90, durationSeconds: 6_000, completed: false },
      rating: null,
      inWatchlist: false,
      notForMe: false,
    });
    expect(
      await facts.rows(
        tenant,
        `select profile_id, title_id, at, told_at, seconds, played_seconds, allowed_seconds, position_seconds, completed,
                country, device
         from viewing_events where tenant_id = $1`,
      ),
    ).toEqual([
      {
        profile_id: "u1",
        title_id: "a",
        at: new Date(evening),
        told_at: null,
        seconds: 0,
        played_seconds: 0,
        allowed_seconds: null,
        position_seconds: 90,
        completed: false,
        country: "FR",
        device: "MOBILE",
      },
    ]);
    expect(await outboxOf(facts, tenant)).toEqual([
      {
        xid: written.xid,
        topic: "WATCH",
        entity: "u1",
        related: "a",
        revision: 1,
        // A first report tells of no time: nothing that was watched yet.
        state: null,
      },
    ]);
    const states = await stores.viewing.titleStates(testRequest(tenant), [{ profile: "u1", title: "a" }]);
    expect(states.get("u1 a")).toEqual(written.state);
  });

  it("counts what is watched from event to event, and bounds it by the time that has passed", async () => {
    await record(0, 60);
    await record(30, 90);
    await record(40, 3_000);
    await record(70, 3_030);
    await record(100, 600);
    await record(130, 630);
    expect(await progress()).toMatchObject({
      position_seconds: 630,
      watched_seconds: 30 + 10 + 30 + 0 + 30,
      first: new Date(evening),
      last: new Date(evening + 130_000),
      revision: 6,
    });
  });

  it("has watched to the end at 90 % of a running time that is known, or where the client says so", async () => {
    expect(progressOf(await record(0, 5_399))).toEqual([5_399, false]);
    expect(progressOf(await record(10, 7_000, { durationSeconds: null }))).toEqual([7_000, false]);
    expect(progressOf(await record(20, 6_500, { completed: false }))).toEqual([6_000, false]);
    expect(progressOf(await record(30, 5_400))).toEqual([0, true]);
    expect(progressOf(await record(0, 40, { profileId: "u2", completed: true }))).toEqual([0, true]);
  });

  it("has finished once and for all: watching again is progress beside it", async () => {
    await record(0, 5_990);
    expect(progressOf(await record(40, 30))).toEqual([30, true]);
    expect(progressOf(await record(50, 40, { completed: false }))).toEqual([40, true]);
    expect(await shelf("CONTINUE_WATCHING")).toEqual([]);
    expect(progressOf(await record(1_050, 1_040))).toEqual([1_040, true]);
    expect(await shelf("CONTINUE_WATCHING")).toEqual([["a", true]]);
    expect(await shelf("HISTORY")).toEqual([["a", true]]);
    expect(progressOf(await record(6_000, 5_990))).toEqual([0, true]);
    expect(await shelf("CONTINUE_WATCHING")).toEqual([]);
  });

  it("is one to continue from the least position to the end, and not where nobody can tell it from having begun", async () => {
    for (const [second, position, wanted] of [
      [0, 0, []],
      [3, 3, []],
      [59, 59, []],
      [60, 60, [["a", false]]],
      [5_399, 5_399, [["a", false]]],
    ] as const) {
      await record(second, position);
      expect(await shelf("CONTINUE_WATCHING"), `at ${position}`).toEqual(wanted);
    }
    expect(progressOf(await record(5_400, 5_880))).toEqual([0, true]);
    expect(await shelf("CONTINUE_WATCHING")).toEqual([]);
    // Said not to be the end, where everybody else has seen it.
    await record(5_500, 5_999, { profileId: "u2", completed: false });
    expect(await shelf("CONTINUE_WATCHING", "u2")).toEqual([]);
  });

  it("goes on with a series wherever within an episode it stands, until that is said to have been the end", async () => {
    await stores.catalogProjection.put(tenant, [
      {
        ...titleBody({ id: "s", kind: "SERIES", seasons: [] }),
        revision: 1,
        latestVersion: 1,
        popularity: 0,
      },
    ]);
    const inSeries = { titleId: "s", durationSeconds: 3_000, completed: false };
    for (const [second, position] of [
      [0, 60],
      [10, 2_700],
      [20, 2_940],
      [30, 2_999],
      [40, 3_000],
      [50, 4_000],
    ] as const) {
      await record(second, position, inSeries);
      expect(await shelf("CONTINUE_WATCHING"), `at ${position}`).toEqual([["s", false]]);
    }
    await record(60, 2_990, { ...inSeries, completed: true });
    expect(await shelf("CONTINUE_WATCHING")).toEqual([]);
  });

  it("counts a late event without moving back", async () => {
    await record(0, 60);
    await record(600, 660, { completed: true });
    const written = await record(-3_600, 120);
    expect(progressOf(written)).toEqual([0, true]);
    expect(await progress()).toMatchObject({
      watched_seconds: 600,
      first: new Date(evening - 3_600_000),
      last: new Date(evening + 600_000),
      revision: 3,
    });
    await record(300, 360);
    expect(await progress()).toMatchObject({ watched_seconds: 600, position_seconds: 0, completed: true });
    await record(-3_300, 420);
    expect(await progress()).toMatchObject({ watched_seconds: 900 });
    const events = await outboxOf(facts, tenant);
    expect(events.map(({ revision }) => revision)).toEqual([1, 2, 3, 4, 5]);
    expect(new Set(events.slice(1).map(({ state }) => state.at)).size).toBe(1);
  });

  it("agrees with what an import computes from the events", async () => {
    for (const [second, position] of [
      [30, 30],
      [0, 0],
      [90, 90],
      [60, 60],
      [95, 4_000],
      [200, 5_399],
    ] as const)
      await record(second, position);
    const before = await progress();
    expect(before).toMatchObject({ position_seconds: 5_399, watched_seconds: 90 + 5 + 105 });
    const older = new Date(evening - 86_400_000).toISOString();
    await stores.viewingIngest.ingest(tenant, [
      {
        ...PAIR,
        id: "import",
        at: older,
        seconds: 11,
        completed: false,
        country: null,
        device: "TV",
        rating: null,
      },
    ]);
    expect(await progress()).toEqual({
      ...before,
      first: new Date(older),
      watched_seconds: 211,
      revision: before!.revision + 1,
    });
  });

  it("answers an event that is sent again the same, and changes nothing", async () => {
    const first = await record(0, 60, { eventId: "e1" });
    const latest = await record(30, 90, { eventId: "e2" });
    expect(await record(0, 60, { eventId: "e1" })).toEqual(first);
    expect(await record(30, 90, { eventId: "e2" })).toEqual(latest);
    expect(await progress()).toMatchObject({ position_seconds: 90, revision: 2 });
    expect(await progress()).toMatchObject({ watched_seconds: 30 });
    expect(await count("viewing_events")).toBe(2);
    expect(await outboxOf(facts, tenant)).toHaveLength(2);
  });

  it("knows an event again by its id where no instant was sent", async () => {
    const first = await record(null, 60, { eventId: "e1" });
    expect(await record(null, 60, { eventId: "e1" })).toEqual(first);
    expect(await count("viewing_events")).toBe(1);
  });

  it("refuses another event under an id that was sent", async () => {
    await record(0, 60, { eventId: "e1" });
    for (const again of [
      () => record(0, 61, { eventId: "e1" }),
      () => record(1, 60, { eventId: "e1" }),
      () => record(null, 60, { eventId: "e1" }),
      () => record(0, 60, { eventId: "e1", completed: true }),
      () => record(0, 60, { eventId: "e1", device: "WEB" }),
      () => record(0, 60, { eventId: "e1", titleId: "b" }),
    ])
      await expect(again()).rejects.toEqual(refusal("EVENT_ID_REUSED", "eventId"));
    expect(await count("viewing_events")).toBe(1);
    await record(0, 60, { eventId: "e1", profileId: "u2" });
    expect(await count("viewing_events")).toBe(2);
  });

  it("has one effect for many tries at the same time, of one title or of several", async () => {
    const same = await Promise.all(Array.from({ length: 50 }, () => record(0, 60, { eventId: "e1" })));
    for (const each of same) expect(each).toEqual(same[0]);
    expect(await progress()).toMatchObject({ watched_seconds: 0, revision: 1 });
    const titles = Array.from({ length: 20 }, (_, index) => `t${index}`);
    const several = await Promise.allSettled(
      titles.map((titleId) => record(0, 60, { eventId: "e2", titleId })),
    );
    const refused = several.filter((each) => each.status === "rejected");
    expect(refused).toHaveLength(19);
    expect(new Set(refused.map(({ reason }) => (reason as Refusal).code))).toEqual(
      new Set(["EVENT_ID_REUSED"]),
    );
    expect(await count("viewing_events")).toBe(2);
  });

  it("refuses what cannot be", async () => {
    await expect(record(0, -1)).rejects.toEqual(refusal("POSITION_OUT_OF_RANGE", "positionSeconds"));
    await expect(record(302 * 60 + 300, 1)).rejects.toEqual(refusal("AT_OUT_OF_RANGE", "at"));
    await expect(record(0, 1, { eventId: "" })).rejects.toEqual(refusal("EVENT_ID_INVALID", "eventId"));
    await expect(record(0, 1, { profileId: "gone" })).rejects.toEqual(refusal("PROFILE_NOT_FOUND", null));
    expect(await count("viewing_events")).toBe(0);
    expect(await count("outbox")).toBe(0);
  });

  it("takes an event of any day, without making a day twice", async () => {
    const day = 86_400_000;
    for (const ago of [2, 40, 2_000, 0]) await record(null, 10, { at: new Date(Date.now() - ago * day) });
    expect(await count("viewing_events")).toBe(4);
    const tomorrow = new Date(Date.now() + day).toISOString().slice(0, 10).replaceAll("-", "");
    expect(
      await facts.rows(
        tenant,
        `select to_regclass('viewing_events_${tomorrow}') is not null as made, $1::int`,
      ),
    ).toMatchObject([{ made: true }]);
  });

  it("takes an instant to come for now, and marks it, so that what comes next is not behind it", async () => {
    const toldAt = new Date(Date.now() + 4 * MINUTE);
    await record(null, 600, { at: toldAt });
    expect(progressOf(await record(null, 700))).toEqual([700, false]);
    const events = await facts.rows<{ at: Date; told_at: Date | null }>(
      tenant,
      "select at, told_at from viewing_events where tenant_id = $1 order by position_seconds",
    );
    expect(events.map((event) => event.told_at)).toEqual([toldAt, null]);
    for (const { at } of events) expect(at.getTime()).toBeLessThanOrEqual(Date.now());
  });

  it("leaves neither the fact nor its event where one of them fails", async () => {
    await record(0, 60);
    const before = await progress();
    const name = `test_${tenant.id < 0 ? "n" : ""}${Math.abs(tenant.id)}`;
    for (const table of ["outbox", "viewing_receipts"]) {
      await facts.run(
        tenant,
        `alter table ${table} add constraint ${name} check (tenant_id <> ${tenant.id}) not valid`,
      );
      await expect(record(30, 90, { eventId: "e1" })).rejects.toThrow(/constraint/);
      await facts.run(tenant, `alter table ${table} drop constraint ${name}`);
      expect(await progress()).toEqual(before);
      expect([await count("viewing_events"), await count("viewing_receipts"), await count("outbox")]).toEqual(
        [1, 0, 1],
      );
    }
    expect(progressOf(await record(30, 90, { eventId: "e1" }))).toEqual([90, false]);
  });
});

describe("rate", () => {
  it("stores a rating, changes it and takes it away", async () => {
    for (const rating of [4, 1, null, 5]) {
      expect((await stores.viewingWriting.rate(tenant, PAIR, rating)).state).toEqual({
        progress: null,
        rating,
        inWatchlist: false,
        notForMe: false,
      });
      const states = await stores.viewing.titleStates(testRequest(tenant), [{ profile: "u1", title: "a" }]);
      expect(states.get("u1 a")?.rating ?? null).toBe(rating);
    }
    expect(await outboxOf(facts, tenant)).toEqual([]);
    await expect(stores.viewingWriting.rate(tenant, PAIR, 6)).rejects.toEqual(
      refusal("RATING_OUT_OF_RANGE", "rating"),
    );
    await expect(stores.viewingWriting.rate(tenant, { ...PAIR, profileId: "gone" }, 3)).rejects.toEqual(
      refusal("PROFILE_NOT_FOUND", null),
    );
  });

  it("tells projections of a watch with its rating, whichever came first", async () => {
    await stores.viewingWriting.rate(tenant, PAIR, 2);
    await record(0, 6_000);
    const rated = await stores.viewingWriting.rate(tenant, PAIR, 5);
    expect(rated.state).toMatchObject({ progress: { completed: true }, rating: 5 });
    await stores.viewingWriting.rate(tenant, PAIR, 5);
    await stores.viewingWriting.rate(tenant, PAIR, null);
    await stores.viewingWriting.rate(tenant, PAIR, null);
    const events = await outboxOf(facts, tenant);
    expect(events.map(({ revision, state }) => [revision, state.rating])).toEqual([
      [1, 2],
      [2, 5],
      [3, null],
    ]);
    expect(new Set(events.map(({ state }) => state.at)).size).toBe(1);
  });

  it("keeps the order of a pair under writers at the same time: the last event carries both", async () => {
    await Promise.all(
      Array.from({ length: 60 }, (_, index) =>
        index % 3 === 0
          ? stores.viewingWriting.rate(tenant, PAIR, 1 + (index % 5))
          : record(index, index, { eventId: `e${index}`, durationSeconds: 600 }),
      ),
    );
    const events = await outboxOf(facts, tenant);
    const revisions = events.map(({ revision }) => revision);
    expect(revisions).toEqual(revisions.map((_, index) => index + 1));
    expect(revisions.length).toBeGreaterThanOrEqual(40);
    const { rating } = (
      await stores.viewing.titleStates(testRequest(tenant), [{ profile: "u1", title: "a" }])
    ).get("u1 a")!;
    expect(events.at(-1)).toMatchObject({
      revision: (await progress())?.revision,
      state: { rating, at: new Date(evening + 59_000).toISOString().replace("Z", "000Z") },
    });
    expect(await progress()).toMatchObject({ position_seconds: 59 });
    expect(await count("viewing_events")).toBe(40);
    const [sum] = await facts.rows<{ seconds: number }>(
      tenant,
      "select sum(seconds)::int as seconds from viewing_events where tenant_id = $1",
    );
    expect((await progress())?.watched_seconds).toBe(sum?.seconds);
  });
});

describe("the watchlist", () => {
  it("takes a title once and loses it once", async () => {
    const { viewingWriting } = stores;
    const shelf = () =>
      facts.rows<{ added_at: Date }>(tenant, "select title_id, added_at from watchlist where tenant_id = $1");
    expect((await viewingWriting.addToWatchlist(tenant, PAIR)).state.inWatchlist).toBe(true);
    const before = await shelf();
    expect(before).toMatchObject([{ title_id: "a" }]);
    expect((await viewingWriting.addToWatchlist(tenant, PAIR)).state.inWatchlist).toBe(true);
    expect(await shelf()).toEqual(before);
    await record(0, 60);
    const removed = await viewingWriting.removeFromWatchlist(tenant, PAIR);
    expect(removed.state).toMatchObject({ progress: { positionSeconds: 60 }, inWatchlist: false });
    expect(removed.xid).toBeGreaterThan(0);
    expect((await viewingWriting.removeFromWatchlist(tenant, PAIR)).state.inWatchlist).toBe(false);
    expect(await shelf()).toEqual([]);
    await expect(viewingWriting.addToWatchlist(tenant, { ...PAIR, profileId: "gone" })).rejects.toEqual(
      refusal("PROFILE_NOT_FOUND", null),
    );
  });
});
