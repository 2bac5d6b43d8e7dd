import { beforeEach, describe, expect, it } from "vitest";

import { Refusal } from "../../datasources/core/refusal.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { type ViewingEvent } from "../../datasources/viewing/viewing.js";
import { publish } from "../support/catalogue.js";
import { useStores, useSuperuser } from "../support/fixtures.js";
import { createTestTenant, testRequest } from "../support/stores.js";
import { titleBody } from "../support/titles.js";
import { EDITOR, watch } from "./recommendations-support.js";

const stores = useStores();
const superuser = useSuperuser();
let tenant: Tenant;

beforeEach(async () => {
  tenant = await createTestTenant(stores);
  await publish(
    stores,
    tenant,
    ["kept", "gone", "third"].map((id) => titleBody({ id })),
  );
});

const DAY = "2026-05-10";
const at = (time: string) => `${DAY}T${time}Z`;
const merge = (keep: string, gone: string, expectedVersion: number | null = null) =>
  stores.titleEditing.merge(tenant, { keep, merge: gone, expectedVersion, by: "command" });
const ingest = (events: ViewingEvent[]) => stores.viewingIngest.ingest(tenant, events);

async function refusalOf(work: Promise<unknown>): Promise<unknown> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(Refusal);
  return error;
}

async function headsInForce() {
  const heads: Record<string, string | null> = {};
  for await (const batch of stores.titleVersions.inForce(tenant))
    for (const { id, mergedInto } of batch) heads[id] = mergedInto ?? null;
  return heads;
}

async function stateOf(profile: string, title: string) {
  const states = await stores.viewing.titleStates(testRequest(tenant), [{ profile, title }]);
  return states.get(`${profile} ${title}`);
}

async function history(profile: string) {
  const page = { limit: 10, fromEnd: false };
  const [shelf] = await stores.viewing.shelves(testRequest(tenant), "HISTORY", [{ profile, page }]);
  return shelf?.rows.map(({ titleId, watchedSeconds }) => [titleId, watchedSeconds]);
}

/** The day's list in the United States: title, viewers, seconds. */
async function charts() {
  await stores.top10Job.recompute(tenant);
  const rows = await stores.top10.top10(testRequest(tenant), EDITOR, "US", DAY);
  return rows.map(({ titleId, viewers, watchedSeconds }) => [titleId, viewers, watchedSeconds]);
}

describe("a merge", () => {
  it("counts what was watched of either for the one kept, and every viewer once", async () => {
    await ingest([
      watch("p1", "kept", at("10:00:00"), { seconds: 100 }),
      watch("p1", "gone", at("11:00:00"), { seconds: 200 }),
      watch("p2", "gone", at("12:00:00"), { seconds: 400 }),
      watch("p3", "third", at("12:00:00"), { seconds: 5_000 }),
    ]);
    expect(await charts()).toEqual([
      ["gone", 2, 600],
      ["third", 1, 5000],
      ["kept", 1, 100],
    ]);
    await merge("kept", "gone");
    // Nothing that counts views of titles may wait for projections.
    const counted = [
      ["kept", 2, 700],
      ["third", 1, 5000],
    ];
    expect(await charts()).toEqual(counted);
    const popularity = await stores.top10Job.popularity(tenant);
    // The one that is gone has none, for as long as the catalogue has it.
    expect(Object.fromEntries([...popularity].filter(([, value]) => value > 0))).toEqual({
      kept: 1,
      third: expect.closeTo(Math.log(2) / Math.log(3), 12) as number,
    });
    const pairs = [];
    for await (const batch of stores.top10Job.interactions(tenant)) pairs.push(...batch);
    expect(pairs.map(({ profileId, titleId }) => `${profileId} ${titleId}`)).toEqual([
      "p1 kept",
      "p2 kept",
      "p3 third",
    ]);
    // The same events delivered again, and one more under the id that is gone.
    await ingest([
      watch("p1", "gone", at("11:00:00"), { seconds: 200 }),
      watch("p1", "gone", at("13:00:00"), { seconds: 7 }),
    ]);
    expect(await charts()).toEqual([
      ["kept", 2, 707],
      ["third", 1, 5000],
    ]);
    expect(await history("p1")).toEqual([["kept", 307]]);
  });

  it("joins progress, ratings and watchlists of profiles that had both", async () => {
    await ingest([
      watch("p1", "kept", at("10:00:00"), { seconds: 100, completed: true, rating: 2 }),
      watch("p1", "gone", at("11:00:00"), { seconds: 200, completed: false, rating: 5 }),
      watch("p2", "kept", at("11:00:00"), { seconds: 300, completed: false, rating: 4 }),
      watch("p2", "gone", at("10:00:00"), { seconds: 50, completed: true, rating: 1 }),
    ]);
    await stores.viewingIngest.addToWatchlists(tenant, [
      { profileId: "p1", titleId: "kept", addedAt: at("09:00:00") },
      { profileId: "p1", titleId: "gone", addedAt: at("08:00:00") },
      { profileId: "p2", titleId: "gone", addedAt: at("08:00:00") },
    ]);
    await merge("kept", "gone");
    expect(await stateOf("p1", "kept")).toMatchObject({
      progress: { positionSeconds: 200, completed: true },
      rating: 5,
      inWatchlist: true,
    });
    expect(await stateOf("p2", "kept")).toMatchObject({
      progress: { positionSeconds: 300, completed: true },
      rating: 4,
      inWatchlist: true,
    });
    expect(await history("p1")).toEqual([["kept", 300]]);
    for (const profile of ["p1", "p2"]) expect(await stateOf(profile, "gone")).toBeUndefined();
    const page = { limit: 10, fromEnd: false };
    const [list] = await stores.viewing.shelves(testRequest(tenant), "WATCHLIST", [{ profile: "p1", page }]);
    expect(list?.rows).toMatchObject([{ titleId: "kept", at: "2026-05-10T08:00:00.000000Z" }]);
    // What comes in later under the old id is done with the title kept.
    await stores.viewingIngest.addToWatchlists(tenant, [
      { profileId: "p3", titleId: "gone", addedAt: at("08:00:00") },
    ]);
    expect(await stateOf("p3", "kept")).toMatchObject({ inWatchlist: true });
  });

  it("tells projections of both titles, and of each watch that went and came, in one transaction", async () => {
    await ingest([
      watch("p1", "kept", at("10:00:00"), { rating: 2 }),
      watch("p1", "gone", at("11:00:00"), { completed: false, rating: 5 }),
    ]);
    const { xid } = await merge("kept", "gone");
    const { rows } = await superuser.query(
      "select topic, entity, related, state from marquee.outbox where tenant_id = $1 and xid = $2 order by topic desc, entity, related",
      [tenant.id, xid],
    );
    const state = {
      at: expect.stringContaining("2026-05-10T11:00:00") as string,
      // One of the two was watched to the end.
      completed: true,
      rating: 5,
      leftEarly: false,
    };
    expect(rows).toEqual([
      { topic: "WATCH", entity: "p1", related: "gone", state: null },
      { topic: "WATCH", entity: "p1", related: "kept", state },
      { topic: "TITLE", entity: "gone", related: "", state: null },
      { topic: "TITLE", entity: "kept", related: "", state: null },
    ]);
  });

  it("leads through chains to their end, and as of before to what the title was then", async () => {
    const before = new Date().toISOString();
    await merge("kept", "gone");
    const between = new Date().toISOString();
    await merge("third", "kept");
    expect(await headsInForce()).toEqual({ gone: "third", kept: "third", third: null });
    const instants = [before, between, new Date().toISOString()];
    const found = await stores.titleVersions.titlesAsOf(
      testRequest(tenant),
      instants.map((instant) => ({ id: "gone", at: instant })),
    );
    expect(instants.map((instant) => found.get(`gone ${instant}`)?.id)).toEqual(["gone", "kept", "third"]);
    const page = { limit: 10, fromEnd: false };
    expect((await stores.titleEditing.titles(testRequest(tenant), page)).rows).toMatchObject([
      { title: { id: "third" } },
    ]);
  });

  it("is refused where it leads nowhere new", async () => {
    await merge("kept", "gone", 1);
    expect(await refusalOf(merge("kept", "kept"))).toMatchObject({ code: "SAME_TITLE" });
    expect(await refusalOf(merge("gone", "kept"))).toMatchObject({ field: "keep", code: "TITLE_MERGED" });
    expect(await refusalOf(merge("third", "gone"))).toMatchObject({ field: "merge", code: "TITLE_MERGED" });
    expect(await refusalOf(merge("third", "missing"))).toMatchObject({ code: "TITLE_NOT_FOUND" });
    expect(await refusalOf(merge("", "third"))).toMatchObject({ field: "keep", code: "TITLE_NOT_FOUND" });
    expect(await refusalOf(merge("kept", "third", 9))).toMatchObject({ answer: { version: 1 } });
    await stores.titleVersions.append(tenant, [
      { body: titleBody({ id: "announced" }), effectiveFrom: "2200-01-01T00:00:00.000Z" },
    ]);
    expect(await refusalOf(merge("kept", "announced"))).toMatchObject({ code: "NOT_IN_FORCE" });
    const edit = {
      id: "gone",
      field: "title",
      expectedVersion: null,
      effectiveFrom: null,
      by: "command",
    } as const;
    const refusal = await refusalOf(stores.titleEditing.setState(tenant, edit, "ARCHIVED"));
    expect(refusal).toMatchObject({ code: "TITLE_MERGED" });
    expect((refusal as Refusal).message).toContain("Title:kept");
  });

  it("never leads in a circle, whoever merges at once", async () => {
    await Promise.allSettled([
      merge("kept", "gone"),
      merge("gone", "third"),
      merge("third", "kept"),
      merge("gone", "kept"),
      merge("third", "gone"),
    ]);
    const heads = await headsInForce();
    const ends = Object.keys(heads).filter((id) => heads[id] === null);
    expect(ends).toHaveLength(1);
    for (const into of Object.values(heads)) expect([null, ends[0]]).toContain(into);
  });

  it("loses no watch that is recorded while it runs", async () => {
    const events = Array.from({ length: 60 }, (_, n) =>
      watch(`p${n}`, n % 2 ? "gone" : "kept", at("10:00:00"), { seconds: 10 }),
    );
    const writers = events.map((event) => ingest([event]));
    await Promise.all([...writers, merge("kept", "gone")]);
    expect(await charts()).toEqual([["kept", 60, 600]]);
    for (const { profileId } of events) expect(await history(profileId)).toEqual([["kept", 10]]);
  });
});
