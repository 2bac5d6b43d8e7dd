import { beforeEach, describe, expect, it } from "vitest";

import { type Tenant } from "../../datasources/core/tenant.js";
import { viewerAccount } from "../support/accounts.js";
import { publish } from "../support/catalogue.js";
import { useFacts, useStores } from "../support/fixtures.js";
import { createTestTenant, testRequest } from "../support/stores.js";
import { titleBody } from "../support/titles.js";
import { watch } from "./recommendations-support.js";

const MINUTE = 60_000;
/** A country whose midnight is hours away: what is watched around it counts for two days. */
const COUNTRY = new Date().getUTCHours() < 8 ? "IN" : "US";

const stores = useStores();
const facts = useFacts();
let tenant: Tenant;
/** Two minutes ago, so that what is told from then on has happened. */
let now: number;

beforeEach(async () => {
  tenant = await createTestTenant(stores);
  now = Date.now() - 2 * MINUTE;
  await publish(
    stores,
    tenant,
    ["a", "b"].map((id) => titleBody({ id, runtimeMinutes: 100 })),
  );
  const plan = { id: "DUO", name: "Duo", maxStreams: 2, maxHeight: 1080, priceCents: 999, currency: "USD" };
  await stores.accounts.putPlans(tenant, [plan]);
  await stores.accounts.putAccounts(tenant, [viewerAccount("paid", { planId: "DUO" }), viewerAccount("new")]);
});

/** A stream of the account that pays, begun so many minutes before `now`. */
async function play(titleId: string, minutes: number): Promise<string> {
  const { id } = await stores.playback.start(tenant, {
    accountId: "paid",
    profileId: "paid",
    titleId,
    asker: { country: COUNTRY, editor: false, now: new Date() },
    device: { kind: "TV", width: 1920, height: 1080, codecs: ["H264"], hdr: [] },
  });
  const begun = new Date(now - minutes * MINUTE).toISOString();
  await facts.run(tenant, `update playback_sessions set started_at = '${begun}' where id = '${id}'`);
  return id;
}

/** Reports of so many minutes until so many before `now`, one each minute. */
async function report(profileId: string, titleId: string, minutes: number, until = 0): Promise<void> {
  for (let minute = 0; minute <= minutes; minute += 1) {
    await stores.viewingWriting.recordProgress(tenant, {
      profileId,
      titleId,
      positionSeconds: minute * 60,
      durationSeconds: 6_000,
      completed: null,
      device: "TV",
      country: COUNTRY,
      at: new Date(now - (until + minutes - minute) * MINUTE),
      eventId: null,
    });
  }
}

/** What charts count by title, of today as well; those who make up the numbers watch what no list names, and are gone. */
async function chart() {
  const crowd = ["c1", "c2", "c3"].map((profile) =>
    watch(profile, "unlisted", new Date(now).toISOString(), { country: COUNTRY }),
  );
  await stores.viewingIngest.ingest(tenant, crowd);
  await stores.top10Job.recompute(tenant, { at: new Date(Date.now() + 48 * 60 * MINUTE) });
  for (const table of ["viewing_events", "title_progress"])
    await facts.run(tenant, `delete from ${table} where tenant_id = ${tenant.id} and title_id = 'unlisted'`);
  return facts.rows(
    tenant,
    `select title_id as title, viewers::int, watched_seconds::int as seconds
     from top10_entries where tenant_id = $1 order by rank`,
  );
}

async function learnedFrom() {
  const pairs = [];
  for await (const batch of stores.top10Job.interactions(tenant)) pairs.push(...batch);
  return pairs.map(({ profileId, titleId, strength }) => [profileId, titleId, Number(strength.toFixed(3))]);
}

const history = async (profile: string) => {
  const page = { limit: 9, fromEnd: false };
  const [shelf] = await stores.viewing.shelves(testRequest(tenant), "HISTORY", [{ profile, page }]);
  return shelf!.rows.map(({ titleId, watchedSeconds }) => [titleId, watchedSeconds]);
};

describe("charts, popularity and what is learned", () => {
  it("count what was played in a session that was allowed to, and nothing that was only told", async () => {
    await report("new", "b", 20);
    await report("paid", "b", 30, 40);
    await play("a", 10);
    await report("paid", "a", 10);
    expect(await chart()).toEqual([{ title: "a", viewers: 1, seconds: 600 }]);
    expect(await stores.top10Job.popularity(tenant)).toEqual(
      new Map([
        ["a", 1],
        ["b", 0],
      ]),
    );
    expect(await learnedFrom()).toEqual([["paid", "a", 0.1]]);
    // It is the profile's own all the same.
    expect(await history("new")).toEqual([["b", 1_200]]);
    expect(await history("paid")).toEqual([
      ["a", 600],
      ["b", 1_800],
    ]);
  });

  it("count a stream from its beginning to its end, and the last report behind that", async () => {
    const id = await play("a", 5);
    // Played for twenty minutes, five of them in the stream.
    await report("paid", "a", 20);
    expect(await chart()).toMatchObject([{ title: "a", seconds: 300 }]);
    await stores.playback.stop(tenant, { accountId: "paid", profileId: null, sessionId: id });
    const ended = new Date(now + MINUTE).toISOString();
    await facts.run(tenant, `update playback_sessions set stopped_at = '${ended}' where id = '${id}'`);
    const last = { profileId: "paid", titleId: "a", durationSeconds: 6_000, completed: null, eventId: null };
    const told = { ...last, device: "TV" as const, country: COUNTRY, positionSeconds: 1_320 };
    await stores.viewingWriting.recordProgress(tenant, { ...told, at: new Date(now + 119_000) });
    expect(await chart()).toMatchObject([{ title: "a", seconds: 300 + 119 }]);
  });

  it("count no stream that was told of nothing, of another title, or of another profile", async () => {
    await play("a", 10);
    expect(await chart()).toEqual([]);
    await report("new", "a", 10);
    await report("paid", "b", 10);
    expect(await chart()).toEqual([]);
    expect(await learnedFrom()).toEqual([]);
  });

  it("count an import as the operator's word, beside what the profile played", async () => {
    const at = new Date(now - 60 * MINUTE).toISOString();
    const event = {
      profileId: "new",
      titleId: "b",
      at,
      seconds: 3_000,
      country: COUNTRY,
      device: "TV",
      rating: null,
    };
    await stores.viewingIngest.ingest(tenant, [{ ...event, id: "1", completed: false }]);
    await report("new", "b", 10);
    expect(await chart()).toEqual([{ title: "b", viewers: 1, seconds: 3_000 }]);
    expect(await learnedFrom()).toEqual([["new", "b", 0.5]]);
    expect(await history("new")).toEqual([["b", 3_600]]);
    // Computed anew from the events, it is the same.
    await stores.viewingIngest.ingest(tenant, [{ ...event, id: "1", completed: false, seconds: 3_300 }]);
    expect(await learnedFrom()).toEqual([["new", "b", 0.55]]);
    expect(await history("new")).toEqual([["b", 3_900]]);
  });
});
