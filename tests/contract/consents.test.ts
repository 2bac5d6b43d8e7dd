import { beforeEach, describe, expect, it } from "vitest";

import { type Tenant } from "../../datasources/core/tenant.js";
import { type ViewingEvent } from "../../datasources/viewing/viewing.js";
import { viewerAccount } from "../support/accounts.js";
import { publish } from "../support/catalogue.js";
import { outboxOf } from "../support/facts.js";
import { useFacts, useStores } from "../support/fixtures.js";
import { createTestTenant, testRequest } from "../support/stores.js";
import { titleBody } from "../support/titles.js";

const stores = useStores();
const facts = useFacts();
let tenant: Tenant;

beforeEach(async () => {
  tenant = await createTestTenant(stores);
  await publish(
    stores,
    tenant,
    ["a", "b", "c"].map((id) => titleBody({ id, runtimeMinutes: 100 })),
  );
  await stores.accounts.putAccounts(tenant, [viewerAccount("one"), viewerAccount("two")]);
});

const agree = (
  consents: { personalisation?: boolean; measurement?: boolean; marketing?: boolean },
  text = "2026-05",
) => stores.profiles.setConsents(tenant, "one", { ...consents, textVersion: text });

const tell = (titleId: string, positionSeconds: number, eventId: string | null = null) =>
  stores.viewingWriting.recordProgress(tenant, {
    profileId: "one",
    titleId,
    positionSeconds,
    durationSeconds: 6_000,
    completed: null,
    device: "TV",
    country: "US",
    at: null,
    eventId,
  });

const imported = (profileId: string, titleId: string, seconds: number, minutesAgo = 5): ViewingEvent => ({
  id: `import ${profileId} ${titleId}`,
  profileId,
  titleId,
  at: new Date(Date.now() - minutesAgo * 60_000).toISOString(),
  seconds,
  completed: false,
  country: "US",
  device: "TV",
  rating: null,
});

const events = () =>
  facts.rows<{ profile_id: string; id: string }>(
    tenant,
    "select profile_id, id from viewing_events where tenant_id = $1 order by at",
  );

async function learnedFrom(): Promise<string[]> {
  const pairs = [];
  for await (const batch of stores.top10Job.interactions(tenant)) pairs.push(...batch);
  return pairs.map(({ profileId, titleId }) => `${profileId} ${titleId}`);
}

async function progressOf(title: string) {
  const states = await stores.viewing.titleStates(testRequest(tenant), [{ profile: "one", title }]);
  return states.get(`one ${title}`)?.progress;
}

/** Shares what a profile of the account, or of another, has done with the projections that follow it. */
const told = async () =>
  (await outboxOf(facts, tenant)).filter(({ topic }) => topic === "WATCH").map(({ entity }) => entity);

describe("consents", () => {
  it("are kept with the text that was agreed to, and so is what was agreed to before", async () => {
    expect(await agree({ marketing: true }, "2026-04")).toMatchObject({
      marketing: true,
      textVersion: "2026-04",
    });
    const last = await agree({ personalisation: false });
    expect(last).toMatchObject({
      personalisation: false,
      measurement: true,
      marketing: true,
      textVersion: "2026-05",
    });
    const request = testRequest(tenant);
    const changes = await stores.profiles.consentChanges(request, "one");
    expect(request.calls.calls).toHaveLength(1);
    expect(changes).toMatchObject([
      { personalisation: false, measurement: true, marketing: true, textVersion: "2026-05" },
      { personalisation: true, measurement: true, marketing: true, textVersion: "2026-04" },
      { personalisation: true, measurement: true, marketing: false, textVersion: null },
    ]);
    expect(await stores.profiles.consentChanges(testRequest(tenant), "two")).toHaveLength(1);
  });

  it("are a history that the application cannot change", async () => {
    const [grants] = await facts.rows<{ update: boolean; delete: boolean; insert: boolean }>(
      tenant,
      `select has_table_privilege('marquee_app', 'consent_changes', 'update') as update,
              has_table_privilege('marquee_app', 'consent_changes', 'delete') as delete,
              has_table_privilege('marquee_app', 'consent_changes', 'insert') as insert where $1 = $1`,
    );
    expect(grants).toEqual({ update: false, delete: false, insert: true });
  });
});

describe("without consent to measurement", () => {
  it("no event is kept, and the viewer goes on where they were", async () => {
    await agree({ measurement: false });
    await tell("a", 600, "e1");
    await tell("a", 900, "e2");
    expect(await events()).toEqual([]);
    expect(await progressOf("a")).toMatchObject({ positionSeconds: 900, completed: false });
    // The same report sent again is answered the same.
    expect((await tell("a", 600, "e1")).state.progress).toMatchObject({ positionSeconds: 600 });
    await stores.viewingIngest.ingest(tenant, [imported("one", "b", 1_200), imported("two", "b", 1_200)]);
    expect((await events()).map(({ profile_id: profile }) => profile)).toEqual(["two"]);
    expect(await progressOf("b")).toMatchObject({ positionSeconds: 1_200 });
    expect(await learnedFrom()).toEqual(["two b"]);
  });

  it("what was kept before is nobody's any more, and progress outlives it", async () => {
    await tell("a", 600, "e1");
    await stores.viewingIngest.ingest(tenant, [imported("one", "b", 1_200), imported("two", "b", 1_200)]);
    expect(await learnedFrom()).toEqual(["one b", "two b"]);
    await agree({ measurement: false });
    const kept = await events();
    expect(kept).toHaveLength(3);
    expect(kept.filter(({ profile_id: profile, id }) => /one/.test(`${profile} ${id}`))).toEqual([]);
    expect(await progressOf("a")).toMatchObject({ positionSeconds: 600 });
    expect(await learnedFrom()).toEqual(["two b"]);
    // An import about it adds to what is known, and takes nothing back.
    await stores.viewingIngest.ingest(tenant, [imported("one", "a", 300, 600)]);
    expect(await progressOf("a")).toMatchObject({ positionSeconds: 600 });
    await agree({ measurement: true });
    await tell("c", 60);
    expect((await events()).map(({ profile_id: profile }) => profile)).toContain("one");
  });

  it("a merge moves the viewer along", async () => {
    await agree({ measurement: false });
    await tell("a", 900);
    await stores.titleEditing.merge(tenant, { keep: "b", merge: "a", expectedVersion: null, by: "command" });
    expect(await progressOf("b")).toMatchObject({ positionSeconds: 900 });
    await stores.viewingIngest.recount(tenant);
    expect(await progressOf("b")).toMatchObject({ positionSeconds: 900 });
  });

  it("what was kept before is known when it is imported again, merged or not", async () => {
    const file = [imported("one", "a", 300, 20), imported("one", "b", 400, 10), imported("one", "c", 500)];
    const kept = () =>
      facts.rows(
        tenant,
        `select title_id as title, watched_seconds as watched, (select count(*)::int from viewing_events where tenant_id = $1) as events
         from title_progress where tenant_id = $1 order by 1`,
      );
    await stores.viewingIngest.ingest(tenant, file);
    await agree({ measurement: false });
    await agree({ measurement: true });
    await stores.titleEditing.merge(tenant, { keep: "b", merge: "a", expectedVersion: null, by: "command" });
    await stores.viewingIngest.ingest(tenant, file);
    expect(await kept()).toEqual([
      { title: "b", watched: 700, events: 3 },
      { title: "c", watched: 500, events: 3 },
    ]);
    const next = { ...imported("one", "a", 50, 1), id: "next" };
    for (let times = 0; times < 2; times += 1) await stores.viewingIngest.ingest(tenant, [...file, next]);
    expect(await kept()).toEqual([
      { title: "b", watched: 750, events: 4 },
      { title: "c", watched: 500, events: 4 },
    ]);
  });
});

describe("without consent to personalisation", () => {
  it("nothing is learned from the account, or told to the taste graph", async () => {
    await stores.viewingIngest.ingest(tenant, [imported("one", "a", 1_200), imported("two", "a", 1_200)]);
    expect(await learnedFrom()).toEqual(["one a", "two a"]);
    await agree({ personalisation: false });
    expect(await learnedFrom()).toEqual(["two a"]);
    const before = await told();
    await tell("b", 600);
    await stores.viewingWriting.rate(tenant, { profileId: "one", titleId: "b" }, 5);
    await stores.titleEditing.merge(tenant, { keep: "c", merge: "b", expectedVersion: null, by: "command" });
    expect((await told()).slice(before.length).filter((profile) => profile === "one")).toHaveLength(1);
    expect((await outboxOf(facts, tenant)).findLast(({ entity }) => entity === "one")).toMatchObject({
      state: null,
    });
    expect(await progressOf("c")).toMatchObject({ positionSeconds: 600 });
    await agree({ personalisation: true });
    expect(await learnedFrom()).toEqual(["one a", "two a"]);
    await tell("a", 660);
    expect((await outboxOf(facts, tenant)).findLast(({ entity }) => entity === "one")?.state).not.toBeNull();
  });
});
