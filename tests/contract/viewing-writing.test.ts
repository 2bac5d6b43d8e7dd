import { beforeEach, describe, expect, it } from "vitest";

import { type Tenant } from "../../datasources/core/tenant.js";
import { type ViewingEvent } from "../../datasources/viewing/viewing.js";
import { useStores } from "../support/fixtures.js";
import { createTestTenant, testRequest } from "../support/stores.js";
import { titleBody } from "../support/titles.js";

const stores = useStores();
let tenant: Tenant;

beforeEach(async () => {
  tenant = await createTestTenant(stores);
});

const event = (fields: Partial<ViewingEvent> & { id: string }): ViewingEvent => ({
  profileId: "u1",
  titleId: "a",
  at: "2026-05-01T20:00:00.000Z",
  seconds: 600,
  completed: false,
  country: null,
  device: "TV",
  rating: null,
  ...fields,
});

async function stateOf(profile: string, title: string) {
  const states = await stores.viewing.titleStates(testRequest(tenant), [{ profile, title }]);
  return states.get(`${profile} ${title}`);
}

/** An instant without its fraction, which the tests leave at zero. */
const toSecond = (at: string) => at.replace(/\.0+Z$/, "Z");

async function history(profile: string) {
  const page = { limit: 50, fromEnd: false };
  const [shelf] = await stores.viewing.shelves(testRequest(tenant), "HISTORY", [{ profile, page }]);
  return shelf?.rows.map((row) => [row.titleId, toSecond(row.at), row.watchedSeconds, row.completed]);
}

describe("ingest", () => {
  it("makes profiles as needed, with the country of their latest event that has one", async () => {
    await stores.viewingIngest.ingest(tenant, [
      event({ id: "1", country: "DE" }),
      event({ id: "2", country: "FR", at: "2026-05-02T00:00:00Z" }),
      event({ id: "3", at: "2026-05-03T00:00:00Z" }),
      event({ id: "4", profileId: "u2" }),
    ]);
    const profiles = await stores.accounts.profilesByIds(testRequest(tenant), ["u1", "u2", "u3"]);
    expect(profiles.get("u1")).toEqual({
      id: "u1",
      accountId: null,
      name: "u1",
      kind: "ADULT",
      maturityLimit: 18,
      hasPin: false,
      country: "FR",
      favouriteGenres: null,
    });
    expect(profiles.get("u2")).toMatchObject({ country: null });
    expect(profiles.has("u3")).toBe(false);
  });

  it("sums what was watched and keeps where the last session stopped", async () => {
    await stores.catalogProjection.put(tenant, [
      { ...titleBody({ id: "a", runtimeMinutes: 100 }), revision: 1, latestVersion: 1, popularity: 0 },
    ]);
    await stores.viewingIngest.ingest(tenant, [
      event({ id: "1", seconds: 900 }),
      event({ id: "2", seconds: 700, at: "2025-03-01T20:00:00Z", completed: true }),
    ]);
    // It was watched to the end before, and is being watched again.
    expect((await stateOf("u1", "a"))?.progress).toEqual({
      positionSeconds: 900,
      durationSeconds: 6_000,
      completed: true,
    });
    expect(await history("u1")).toEqual([["a", "2026-05-01T20:00:00Z", 1_600, true]]);
    await stores.viewingIngest.ingest(tenant, [
      event({ id: "3", seconds: 5_100, completed: true, at: "2026-05-04T20:00:00Z" }),
    ]);
    expect((await stateOf("u1", "a"))?.progress).toMatchObject({ positionSeconds: 0, completed: true });
    expect(await history("u1")).toEqual([["a", "2026-05-04T20:00:00Z", 6_700, true]]);
  });

  it("cuts an event to the running time of its film, and sees whether it reaches the end", async () => {
    await stores.catalogProjection.put(
      tenant,
      [
        titleBody({ id: "a", runtimeMinutes: 100 }),
        titleBody({ id: "b", runtimeMinutes: null }),
        titleBody({ id: "series", kind: "SERIES", runtimeMinutes: 40, seasons: [] }),
      ].map((body) => ({ ...body, latestVersion: 1, revision: 1, popularity: 0 })),
    );
    const told = (id: string, titleId: string, seconds: number) =>
      event({ id, titleId, seconds, completed: null });
    expect(
      await stores.viewingIngest.ingest(tenant, [
        told("1", "a", 86_400),
        told("2", "b", 86_400),
        told("3", "series", 7_200),
        told("4", "unknown", 86_400),
        { ...told("5", "a", 5_400), profileId: "u2" },
        { ...told("6", "a", 5_399), profileId: "u3" },
        { ...told("7", "a", 5_999), profileId: "u4", completed: false },
      ]),
    ).toEqual({ cut: 1 });
    const watched = async (profile: string) =>
      new Map(
        (await history(profile))?.map(([title, , seconds, completed]) => [title, [seconds, completed]]),
      );
    expect(await watched("u1")).toEqual(
      new Map<unknown, unknown>([
        ["a", [6_000, true]],
        ["b", [86_400, false]],
        ["series", [7_200, false]],
        ["unknown", [86_400, false]],
      ]),
    );
    const ofFilm = await Promise.all(["u2", "u3", "u4"].map(async (each) => (await watched(each)).get("a")));
    expect(ofFilm).toEqual([
      [5_400, true],
      [5_399, false],
      [5_999, false],
    ]);
  });

  it("changes nothing when it is given the same again, in one call or in two", async () => {
    const events = [
      event({ id: "1", rating: 4 }),
      event({ id: "1", rating: 4 }),
      event({ id: "2", titleId: "b", at: "2025-01-01T10:00:00Z", seconds: 60 }),
    ];
    await stores.viewingIngest.ingest(tenant, events);
    const before = await history("u1");
    expect(before).toEqual([
      ["a", "2026-05-01T20:00:00Z", 600, false],
      ["b", "2025-01-01T10:00:00Z", 60, false],
    ]);
    await stores.viewingIngest.ingest(tenant, [...events].reverse());
    expect(await history("u1")).toEqual(before);
  });

  it("counts an id once: what is said last holds, also about its instant", async () => {
    await stores.viewingIngest.ingest(tenant, [event({ id: "1", seconds: 600 })]);
    await stores.viewingIngest.ingest(tenant, [event({ id: "1", seconds: 650 })]);
    expect(await history("u1")).toEqual([["a", "2026-05-01T20:00:00Z", 650, false]]);
    await stores.viewingIngest.ingest(tenant, [event({ id: "1", seconds: 700, at: "2026-05-02T20:00:00Z" })]);
    expect(await history("u1")).toEqual([["a", "2026-05-02T20:00:00Z", 700, false]]);
  });

  it("moves an event that turns out to be of another title or profile", async () => {
    await stores.viewingIngest.ingest(tenant, [event({ id: "1" }), event({ id: "2", titleId: "b" })]);
    await stores.viewingIngest.ingest(tenant, [event({ id: "1", titleId: "b" })]);
    expect(await history("u1")).toEqual([["b", "2026-05-01T20:00:00Z", 1_200, false]]);
    await stores.viewingIngest.ingest(tenant, [event({ id: "2", titleId: "b", profileId: "u2" })]);
    expect(await history("u1")).toEqual([["b", "2026-05-01T20:00:00Z", 600, false]]);
    expect(await history("u2")).toEqual([["b", "2026-05-01T20:00:00Z", 600, false]]);
  });

  it("keeps the latest rating, whatever the order of arrival", async () => {
    await stores.viewingIngest.ingest(tenant, [
      event({ id: "1", rating: 5, at: "2026-05-03T00:00:00Z" }),
      event({ id: "2", rating: 2 }),
    ]);
    expect(await stateOf("u1", "a")).toMatchObject({ rating: 5 });
    await stores.viewingIngest.ingest(tenant, [event({ id: "3", rating: 1, at: "2026-04-01T00:00:00Z" })]);
    expect(await stateOf("u1", "a")).toMatchObject({ rating: 5 });
    await stores.viewingIngest.ingest(tenant, [event({ id: "4", rating: 3, at: "2026-05-04T00:00:00Z" })]);
    expect(await stateOf("u1", "a")).toMatchObject({ rating: 3 });
  });

  it("takes texts with every character that COPY treats in its own way", async () => {
    const id = "back\\slash\ttab\nline\r\\N";
    await stores.viewingIngest.ingest(tenant, [event({ id: "x\\.", profileId: id, titleId: "\\N" })]);
    expect(await history(id)).toEqual([["\\N", "2026-05-01T20:00:00Z", 600, false]]);
  });

  it("takes several batches in one call, and the same days from two writers at once", async () => {
    const events = Array.from({ length: 12_000 }, (_, index) =>
      event({
        id: String(index),
        profileId: `u${index % 50}`,
        titleId: `t${index % 7}`,
        at: new Date(Date.UTC(2026, 6, 1) + index * 400_000).toISOString(),
        seconds: 1,
      }),
    );
    await Promise.all([
      stores.viewingIngest.ingest(
        tenant,
        events.filter((_, index) => index % 2 === 0),
      ),
      stores.viewingIngest.ingest(
        tenant,
        events.filter((_, index) => index % 2 === 1),
      ),
    ]);
    const rows = (await history("u3")) ?? [];
    expect(rows).toHaveLength(7);
    expect(rows.reduce((sum, row) => sum + Number(row[2]), 0)).toBe(240);
  });
});

describe("addToWatchlists", () => {
  it("keeps what is there", async () => {
    const entry = (titleId: string, addedAt: string) => ({ profileId: "u1", titleId, addedAt });
    await stores.viewingIngest.addToWatchlists(tenant, [entry("a", "2026-01-01T00:00:00Z")]);
    await stores.viewingIngest.addToWatchlists(tenant, [
      entry("a", "2026-02-01T00:00:00Z"),
      entry("b", "2026-01-02T00:00:00Z"),
    ]);
    const page = { limit: 50, fromEnd: false };
    const [shelf] = await stores.viewing.shelves(testRequest(tenant), "WATCHLIST", [{ profile: "u1", page }]);
    expect(shelf?.rows.map((row) => [row.titleId, toSecond(row.at)])).toEqual([
      ["b", "2026-01-02T00:00:00Z"],
      ["a", "2026-01-01T00:00:00Z"],
    ]);
  });
});
