import { beforeAll, beforeEach, describe, expect, it } from "vitest";

import { type ViewerRecord } from "../../datasources/accounts/accounts.js";
import { Refusal } from "../../datasources/core/refusal.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { adultProfile, publish } from "../support/catalogue.js";
import { use, useDatabase } from "../support/fixtures.js";
import { createTestTenant, signedIn, testRequest } from "../support/stores.js";
import { titleBody } from "../support/titles.js";
import { watch } from "./recommendations-support.js";

const MINUTE = 60_000;

const database = useDatabase();
const stores = use(() => database.open());
let tenant: Tenant;
let evening: number;

beforeAll(async () => {
  // Somebody follows what is watched: only then does an import tell of it.
  await database.query(
    "insert into marquee.outbox_cursors (target, partition, xid, id) select 'recommendations.neo4j', n, 0, 0 from generate_series(0, 3) n",
  );
});
beforeEach(async () => {
  tenant = await createTestTenant(stores);
  evening = Date.now() - 300 * MINUTE;
  await publish(
    stores,
    tenant,
    ["kept", "gone"].map((id) => titleBody({ id })),
  );
});

function rows<R extends object>(text: string): Promise<R[]> {
  return database.query<R>(text, [tenant.id]);
}

function progress(profileId: string, titleId: string, second: number, eventId: string | null = null) {
  return stores.viewingWriting.recordProgress(tenant, {
    profileId,
    titleId,
    positionSeconds: second,
    durationSeconds: 6_000,
    completed: null,
    device: "TV",
    country: "US",
    at: new Date(evening + second * 1_000),
    eventId,
  });
}

/** What is said last of every watch, in the order in which projections hear of it. */
async function lastTold(): Promise<Map<string, Record<string, unknown> | null>> {
  const events = await rows<{ key: string; state: Record<string, unknown> | null }>(
    `select entity || ' ' || related as key, state from marquee.outbox
     where tenant_id = $1 and topic = 'WATCH' order by xid, id`,
  );
  return new Map(events.map(({ key, state }) => [key, state]));
}

/** Progress rows that do not say what their events say, each id counted once. */
const wrongProgress = () =>
  rows(
    `select p.profile_id, p.title_id, p.watched_seconds, e.seconds, p.last_watched_at, e.last
     from shared.title_progress p
     full join (
       select e.profile_id, coalesce(h.merged_into, e.title_id) as title_id, sum(e.seconds)::int as seconds, max(e.at) as last
       from shared.viewing_events e left join shared.title_heads h on h.tenant_id = e.tenant_id and h.title_id = e.title_id
       where e.tenant_id = $1 group by 1, 2
     ) e on e.profile_id = p.profile_id and e.title_id = p.title_id
     where coalesce(p.tenant_id, $1) = $1
       and (p.watched_seconds, p.last_watched_at) is distinct from (e.seconds, e.last)`,
  );

describe("the first events of a day", () => {
  it("are stored by every gateway that meets the day at once", async () => {
    const profiles = Array.from({ length: 4 }, (_, n) => `p${n}`);
    await stores.accounts.putProfiles(tenant, profiles.map(adultProfile));
    const gateways = await Promise.all(profiles.map(() => database.open()));
    try {
      // Days that nobody has watched on, each met by all of them: whoever comes second waits for the first.
      for (let day = 2; day < 12; day += 1) {
        const at = new Date(evening - day * 1_440 * MINUTE);
        await Promise.all(
          gateways.map((gateway, n) =>
            gateway.viewingWriting.recordProgress(tenant, {
              profileId: profiles[n]!,
              titleId: "kept",
              positionSeconds: day,
              durationSeconds: 6_000,
              completed: null,
              device: "TV",
              country: "US",
              at,
              eventId: `day-${day}-${n}`,
            }),
          ),
        );
      }
    } finally {
      await Promise.all(gateways.map((gateway) => gateway.close()));
    }
    expect(await rows("select 1 from shared.viewing_events where tenant_id = $1")).toHaveLength(40);
  });
});

describe("what viewers write while a title is merged into another", () => {
  it("is kept, all of it, under the title that stays", async () => {
    const profiles = Array.from({ length: 40 }, (_, n) => `p${n}`);
    await stores.accounts.putProfiles(tenant, profiles.map(adultProfile));
    const before = new Date(evening - 600 * MINUTE).toISOString();
    await stores.viewingIngest.ingest(
      tenant,
      profiles.map((profile) => watch(profile, "gone", before, { completed: false })),
    );
    const writes = profiles.flatMap((profile, n) => [
      () => progress(profile, "gone", 60 + n, `e-${profile}`),
      () => stores.viewingWriting.rate(tenant, { profileId: profile, titleId: "gone" }, 1 + (n % 5)),
      () => stores.viewingWriting.addToWatchlist(tenant, { profileId: profile, titleId: "gone" }),
    ]);
    const merge = () =>
      stores.titleEditing.merge(tenant, {
        keep: "kept",
        merge: "gone",
        expectedVersion: null,
        by: "command",
      });
    const half = Math.floor(writes.length / 2);
    const running = writes.slice(0, half).map((write) => write());
    await Promise.all([...running, merge(), ...writes.slice(half).map((write) => write())]);
    for (const table of ["title_progress", "ratings", "watchlist"]) {
      expect(
        await rows(
          `select title_id, count(*)::int as n from shared.${table} where tenant_id = $1 group by 1`,
        ),
        table,
      ).toEqual([{ title_id: "kept", n: profiles.length }]);
    }
    expect(await wrongProgress()).toEqual([]);
    const told = await lastTold();
    for (const [n, profile] of profiles.entries()) {
      expect(told.get(`${profile} kept`), profile).toMatchObject({ rating: 1 + (n % 5) });
      expect(told.get(`${profile} gone`) ?? null, profile).toBeNull();
    }
    // Sent again, by either name, an event is the one that it was.
    const again = [await progress("p1", "gone", 61, "e-p1"), await progress("p1", "kept", 61, "e-p1")];
    expect(again.map(({ state }) => state.progress?.positionSeconds)).toEqual([61, 61]);
    expect(
      await rows("select 1 from shared.viewing_events where tenant_id = $1 and profile_id = 'p1'"),
    ).toHaveLength(2);
  });

  it("begins to play the title that stays", async () => {
    const plan = {
      id: "DUO",
      name: "Duo",
      maxStreams: 20,
      maxHeight: 1080,
      priceCents: 999,
      currency: "USD",
    };
    await stores.accounts.putPlans(tenant, [plan]);
    await stores.accounts.putAccounts(tenant, [account("home", ["home-1"], "DUO")]);
    const start = () =>
      stores.playback.start(tenant, {
        accountId: "home",
        profileId: "home-1",
        titleId: "gone",
        asker: { country: "US", editor: false, now: new Date() },
        device: { kind: "TV", width: 1920, height: 1080, codecs: ["H264"], hdr: [] },
      });
    const merge = stores.titleEditing.merge(tenant, {
      keep: "kept",
      merge: "gone",
      expectedVersion: null,
      by: "command",
    });
    await Promise.all([...Array.from({ length: 10 }, start), merge, ...Array.from({ length: 5 }, start)]);
    expect(
      await rows(
        "select title_id, count(*)::int as n from shared.playback_sessions where tenant_id = $1 group by 1",
      ),
    ).toEqual([{ title_id: "kept", n: 15 }]);
  });
});

describe("an import beside viewers who watch the same", () => {
  it("loses nothing of either, in progress, in ratings and in what projections are told", async () => {
    const profiles = Array.from({ length: 12 }, (_, n) => `p${n}`);
    // The others are made by the import.
    await stores.accounts.putProfiles(tenant, profiles.map(adultProfile));
    const imported = (round: number) =>
      stores.viewingIngest.ingest(
        tenant,
        profiles.flatMap((profileId) =>
          ["kept", "gone"].map((titleId) => ({
            id: `${round} ${profileId} ${titleId}`,
            profileId,
            titleId,
            at: new Date(evening + round * 1_000).toISOString(),
            seconds: 30,
            completed: false,
            country: "US",
            device: "TV" as const,
            rating: null,
          })),
        ),
      );
    const live = (round: number) =>
      profiles.flatMap((profile) => [
        progress(profile, "kept", 1_000 + round),
        stores.viewingWriting.rate(tenant, { profileId: profile, titleId: "gone" }, 1 + (round % 5)),
      ]);
    for (let round = 0; round < 6; round += 1) {
      await Promise.all([imported(2 * round), ...live(round), imported(2 * round + 1)]);
    }
    expect(await wrongProgress()).toEqual([]);
    const facts = await rows<{ key: string; at: Date; rating: number | null }>(
      `select p.profile_id || ' ' || p.title_id as key, p.last_watched_at as at, r.rating
       from shared.title_progress p
       left join shared.ratings r on (r.tenant_id, r.profile_id, r.title_id) = (p.tenant_id, p.profile_id, p.title_id)
       where p.tenant_id = $1`,
    );
    expect(facts).toHaveLength(2 * profiles.length);
    const newest = await rows<{ key: string; state: { at: string; rating: number | null } }>(
      `select distinct on (entity, related) entity || ' ' || related as key, state from marquee.outbox
       where tenant_id = $1 and topic = 'WATCH' order by entity, related, revision desc`,
    );
    const told = new Map(
      newest.map(({ key, state }) => [key, { at: Date.parse(state.at), rating: state.rating }]),
    );
    for (const { key, at, rating } of facts) expect(told.get(key), key).toEqual({ at: at.getTime(), rating });
  });
});

describe("the deletion of a profile that is just being used", () => {
  it("leaves nothing of it, and is the last that projections hear", async () => {
    await stores.accounts.putPlans(tenant, []);
    for (let round = 0; round < 8; round += 1) {
      const id = `child-${round}`;
      await stores.accounts.putAccounts(tenant, [account(`family-${round}`, [`parent-${round}`, id], null)]);
      const parent = await signedIn(stores, tenant, `family-${round}`, `parent-${round}`);
      const owner = (await stores.accounts.viewer(testRequest(tenant), parent)) as ViewerRecord;
      const write = (n: number) => [
        progress(id, n % 2 ? "kept" : "gone", n + 1),
        stores.viewingWriting.rate(tenant, { profileId: id, titleId: "kept" }, 1 + (n % 5)),
        stores.viewingWriting.addToWatchlist(tenant, { profileId: id, titleId: "gone" }),
      ];
      const writes = [0, 1, 2, 3].flatMap(write);
      const deletion = stores.profiles.delete(tenant, owner, id);
      const merge =
        round === 4
          ? stores.titleEditing.merge(tenant, {
              keep: "kept",
              merge: "gone",
              expectedVersion: null,
              by: "command",
            })
          : undefined;
      const outcomes = await Promise.allSettled([...writes, ...[4, 5, 6].flatMap(write)]);
      await Promise.all([deletion, merge]);
      for (const outcome of outcomes) {
        if (outcome.status === "fulfilled") continue;
        expect(outcome.reason).toBeInstanceOf(Refusal);
        expect(outcome.reason).toMatchObject({ code: "PROFILE_NOT_FOUND" });
      }
      for (const table of ["profiles", "title_progress", "ratings", "watchlist", "viewing_events"]) {
        const column = table === "profiles" ? "id" : "profile_id";
        const left = await rows(`select 1 from shared.${table} where tenant_id = $1 and ${column} = '${id}'`);
        expect(left, `${table} in round ${round}`).toEqual([]);
      }
      const events = await rows<{ topic: string }>(
        `select topic from marquee.outbox where tenant_id = $1 and entity = '${id}' order by xid, id`,
      );
      expect(events.at(-1)?.topic).toBe("PROFILE");
      expect(events.filter(({ topic }) => topic === "PROFILE")).toHaveLength(1);
    }
  });
});

function account(id: string, profiles: string[], planId: string | null) {
  return {
    id,
    email: `${id}@example.com`,
    passwordHash: "hash",
    roles: ["VIEWER" as const],
    country: "US",
    planId,
    profiles: profiles.map(adultProfile),
  };
}
