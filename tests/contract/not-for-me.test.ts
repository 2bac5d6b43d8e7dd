import { beforeEach, describe, expect, it } from "vitest";

import { type Tenant } from "../../datasources/core/tenant.js";
import { adultProfile, publish } from "../support/catalogue.js";
import { outboxOf } from "../support/facts.js";
import { useFacts, useStores } from "../support/fixtures.js";
import { createTestTenant, testRequest } from "../support/stores.js";
import { titleBody } from "../support/titles.js";
import { graph, MODEL, watch } from "./recommendations-support.js";

const PAIR = { profileId: "u1", titleId: "a" };
const DAY = 86_400_000;

const stores = useStores();
const facts = useFacts();
let tenant: Tenant;

beforeEach(async () => {
  tenant = await createTestTenant(stores);
  await stores.accounts.putProfiles(tenant, [adultProfile("u1"), adultProfile("u2")]);
});

const said = async () =>
  (await outboxOf(facts, tenant))
    .filter(({ topic }) => topic === "NOT_FOR_ME")
    .map(({ entity, related, state }) => [entity, related, state]);
const set = (notForMe: boolean, pair = PAIR) => stores.viewingWriting.setNotForMe(tenant, pair, notForMe);
const SINCE = { at: expect.stringMatching(/^\d{4}-.*Z$/) as string };

describe("setNotForMe", () => {
  it("is the profile's own word about a title, watched or not, and told to projections each time it changes", async () => {
    expect((await set(true)).state).toEqual({
      progress: null,
      rating: null,
      inWatchlist: false,
      notForMe: true,
    });
    expect(await said()).toEqual([["u1", "a", SINCE]]);
    expect((await set(true)).state.notForMe).toBe(true);
    expect(await said()).toHaveLength(1);
    const states = async (profile: string) =>
      (await stores.viewing.titleStates(testRequest(tenant), [{ profile, title: "a" }])).get(`${profile} a`);
    expect(await states("u1")).toMatchObject({ notForMe: true });
    expect(await states("u2")).toBeUndefined();
    expect(await stores.viewing.notForMe(testRequest(tenant), "u1")).toEqual(["a"]);
    expect((await set(false)).state.notForMe).toBe(false);
    expect((await set(false)).state.notForMe).toBe(false);
    expect((await set(true)).state.notForMe).toBe(true);
    expect(await said()).toEqual([
      ["u1", "a", SINCE],
      ["u1", "a", null],
      ["u1", "a", SINCE],
    ]);
    const revisions = (await outboxOf(facts, tenant)).map(({ revision }) => revision);
    expect(revisions).toEqual([...new Set(revisions)].sort((a, b) => a - b));
  });

  it("is refused for a profile that has said it of as many titles as there may be, and for one that is gone", async () => {
    await facts.rows(
      tenant,
      `insert into not_for_me select $1, 'u1', 'other-' || n, now(), 1 from generate_series(1, 2000) n`,
    );
    await expect(set(true)).rejects.toMatchObject({ code: "NOT_FOR_ME_FULL", field: "notForMe" });
    await set(false, { ...PAIR, titleId: "other-1" });
    expect((await set(true)).state.notForMe).toBe(true);
    await expect(set(true, { ...PAIR, profileId: "nobody" })).rejects.toMatchObject({
      code: "PROFILE_NOT_FOUND",
    });
  });

  it("goes to the title that its own is merged into", async () => {
    await publish(stores, tenant, [titleBody({ id: "a" }), titleBody({ id: "b" })]);
    await set(true);
    const merge = { keep: "b", merge: "a", expectedVersion: null, by: "command" } as const;
    await stores.titleEditing.merge(tenant, merge);
    expect(await stores.viewing.notForMe(testRequest(tenant), "u1")).toEqual(["b"]);
    expect((await said()).slice(1)).toEqual([
      ["u1", "a", null],
      ["u1", "b", SINCE],
    ]);
    // What is said under the old id is said of the title kept.
    await set(false);
    expect(await stores.viewing.notForMe(testRequest(tenant), "u1")).toEqual([]);
  });
});

describe("what was left early", () => {
  it("counts against what is like it after a week, unless it was rated", async () => {
    await stores.catalogProjection.put(tenant, [
      { ...titleBody({ id: "left", runtimeMinutes: 100 }), revision: 1, latestVersion: 1, popularity: 0 },
    ]);
    const days = (ago: number) => new Date(Date.now() - ago * DAY).toISOString();
    const left = (profile: string, ago: number, minutes: number, rating: number | null = null) =>
      watch(profile, "left", days(ago), { seconds: minutes * 60, completed: false, rating });
    await stores.viewingIngest.ingest(tenant, [
      ...["early", "lately", "further", "liked"].map((profile) => watch(profile, "good", days(1))),
      left("early", 8, 19),
      left("lately", 6, 19),
      left("further", 8, 21),
      left("liked", 8, 19, 4),
    ]);
    await stores.tasteGraph.replace(tenant, graph("good x 0.5\nleft x 0.25\nleft y 1"), MODEL);
    const profiles = ["early", "lately", "further", "liked"];
    const found = await stores.recommendations.forProfiles(testRequest(tenant), profiles, 10);
    const titles = profiles.map((profile) => found.get(profile)?.map(({ titleId }) => titleId));
    expect(titles).toEqual([["x"], ["x", "y"], ["x", "y"], ["x", "y"]]);
    expect(found.get("early")![0]!.score).toBeLessThan(0.5);
  });
});

describe("dismiss", () => {
  it("takes a title off continue watching until it is watched again, and leaves its place", async () => {
    const shelf = async () => {
      const page = { limit: 10, fromEnd: false };
      const [found] = await stores.viewing.shelves(testRequest(tenant), "CONTINUE_WATCHING", [
        { profile: "u1", page },
      ]);
      return found!.rows.map(({ titleId }) => titleId);
    };
    const record = (positionSeconds: number, at: Date | null) =>
      stores.viewingWriting.recordProgress(tenant, {
        ...PAIR,
        positionSeconds,
        durationSeconds: 6_000,
        completed: null,
        device: "TV",
        country: "US",
        at,
        eventId: null,
      });
    await record(600, new Date(Date.now() - 60_000));
    expect(await shelf()).toEqual(["a"]);
    const { state } = await stores.viewingWriting.dismiss(tenant, PAIR);
    expect(state.progress).toEqual({ positionSeconds: 600, durationSeconds: 6_000, completed: false });
    expect(await shelf()).toEqual([]);
    await record(660, new Date(Date.now() - 30_000));
    expect(await shelf()).toEqual([]);
    await record(690, null);
    expect(await shelf()).toEqual(["a"]);
    // Of what was not begun there is nothing to take off.
    const unknown = await stores.viewingWriting.dismiss(tenant, { ...PAIR, titleId: "b" });
    expect(unknown.state.progress).toBeNull();
  });
});
