import { beforeEach, describe, expect, it } from "vitest";

import { type PresumedViewer } from "../../datasources/accounts/presumed-viewer.js";
import { type Refusal } from "../../datasources/core/refusal.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { type Stores } from "../../datasources/stores/stores.js";
import { type ProgressEvent, type ViewingWritten } from "../../datasources/viewing/viewing-writing.js";
import { adultProfile, publish } from "../support/catalogue.js";
import { use, useDatabase } from "../support/fixtures.js";
import { createTestTenant, signedIn } from "../support/stores.js";
import { titleBody } from "../support/titles.js";

/*
 * Writes that wait at the same time share a transaction: whatever is promised of one is promised of each.
 */

const database = useDatabase();
const stores = use(() => database.open());
const other = use(() => database.open());
const superuser = use(() => database.connect());
const profiles = Array.from({ length: 200 }, (_, n) => `p${String(n).padStart(3, "0")}`);
let tenant: Tenant;

beforeEach(async () => {
  tenant = await createTestTenant(stores);
  await stores.accounts.putProfiles(tenant, profiles.map(adultProfile));
  await publish(
    stores,
    tenant,
    ["a", "b"].map((id) => titleBody({ id })),
  );
  // The day is there: what follows is the writes alone.
  await record(profiles[0]!, 1, { titleId: "b" });
});

function record(
  profileId: string,
  positionSeconds: number,
  more: Partial<ProgressEvent> = {},
  to: Stores = stores,
  presumed: PresumedViewer | null = null,
) {
  const event: ProgressEvent = {
    profileId,
    titleId: "a",
    positionSeconds,
    durationSeconds: 6_000,
    completed: null,
    device: "TV",
    country: "US",
    at: null,
    eventId: null,
    ...more,
  };
  return to.viewingWriting.recordProgress(tenant, event, undefined, presumed);
}

const rows = <R extends object>(text: string) => database.query<R>(text, [tenant.id]);
const told = () =>
  rows<{ profile: string; xid: number; revision: number }>(
    `select entity as profile, xid::int, revision::int from marquee.outbox
     where tenant_id = $1 and related = 'a' order by xid, id`,
  );
const stored = () =>
  rows<{ profile: string; position: number }>(
    `select profile_id as profile, position_seconds as position from shared.viewing_events
     where tenant_id = $1 and title_id = 'a' order by 1, 2`,
  );
const positionOf = ({ state }: ViewingWritten) => state.progress?.positionSeconds;

/** Does something while somebody else's transaction holds what `text` takes. */
async function while_(text: string, work: () => Promise<void>): Promise<void> {
  await superuser.query("begin");
  try {
    await superuser.query(text);
    await work();
  } finally {
    await superuser.query("rollback");
  }
}

describe("writes at the same time", () => {
  it("are one transaction, each of them answered its own state and token, stored and told once", async () => {
    const written = await Promise.all(profiles.map((profile, n) => record(profile, 100 + n)));
    expect(written.map(positionOf)).toEqual(profiles.map((_, n) => 100 + n));
    expect(new Set(written.map(({ xid }) => xid)).size).toBe(1);
    expect(await stored()).toEqual(profiles.map((profile, n) => ({ profile, position: 100 + n })));
    const events = await told();
    expect(new Set(events.map(({ xid }) => xid))).toEqual(new Set([written[0]?.xid]));
    expect(events.map(({ profile }) => profile).sort()).toEqual(profiles);
  });

  it("cost nobody else anything where some of them break the transaction", async () => {
    const poisoned = new Set(["p003", "p077", "p078", "p199"]);
    const list = [...poisoned].map((id) => `'${id}'`).join();
    await superuser.query(
      `alter table shared.viewing_receipts add constraint poison
       check (tenant_id <> ${tenant.id} or profile_id not in (${list})) not valid`,
    );
    try {
      const events = profiles.map((profile, n) => record(profile, 100 + n, { eventId: `e${n}` }));
      const refused = [record("nobody", 1), record("p005", 1, { eventId: "e5" })];
      const [outcomes, others] = await Promise.all([Promise.allSettled(events), Promise.allSettled(refused)]);
      const codes = others.map((outcome) =>
        outcome.status === "rejected" ? (outcome.reason as Refusal).code : "stored",
      );
      for (const [n, outcome] of outcomes.entries())
        if (poisoned.has(profiles[n]!)) expect(outcome).toMatchObject({ reason: { constraint: "poison" } });
        else expect(outcome).toMatchObject({ value: { state: { progress: { positionSeconds: 100 + n } } } });
      expect(codes).toEqual(["PROFILE_NOT_FOUND", "EVENT_ID_REUSED"]);
      const kept = profiles.filter((profile) => !poisoned.has(profile));
      expect((await stored()).map(({ profile }) => profile)).toEqual(kept);
      expect((await told()).map(({ profile }) => profile).sort()).toEqual(kept);
    } finally {
      await superuser.query("alter table shared.viewing_receipts drop constraint poison");
    }
  });

  it("of whoever is not who they are taken to be are not stored, and cost nobody else anything", async () => {
    const some = profiles.slice(0, 40);
    const keys = await Promise.all(some.map((profile) => signedIn(stores, tenant, null, profile)));
    const wrong: Partial<PresumedViewer>[] = [
      { account: "somebody" },
      { session: keys[39]!.session! },
      { session: "none" },
      { country: "FR" },
      { maturityLimit: 12 },
    ];
    const outcomes = await Promise.allSettled(
      some.map((profile, n) => {
        const { session } = keys[n]!;
        const presumed = { account: null, session: session!, country: null, maturityLimit: 18, ...wrong[n] };
        return record(profile, 100 + n, { eventId: "e" }, stores, presumed);
      }),
    );
    const refused = outcomes.flatMap((outcome, n) => (outcome.status === "rejected" ? [n] : []));
    expect(refused).toEqual(wrong.map((_, n) => n));
    for (const n of refused) expect(outcomes[n]).toMatchObject({ reason: { name: "NotAsPresumedError" } });
    const written = some.slice(wrong.length);
    expect((await stored()).map(({ profile }) => profile)).toEqual(written);
    const events = await told();
    expect(events.map(({ profile }) => profile).sort()).toEqual(written);
    expect(new Set(events.map(({ xid }) => xid)).size).toBe(1);
  });

  it("of one profile and title keep their order", async () => {
    const crowd = profiles.slice(1, 40);
    const of = Array.from({ length: 30 }, (_, n) => record("p000", 1_000 + n));
    const others = crowd.map((profile) => record(profile, 5));
    const written = await Promise.all(of);
    await Promise.all(others);
    expect(written.map(positionOf)).toEqual(of.map((_, n) => 1_000 + n));
    const xids = written.map(({ xid }) => xid);
    expect(xids).toEqual([...new Set(xids)].sort((a, b) => a - b));
    const events = (await told()).filter(({ profile }) => profile === "p000");
    expect(events.map(({ xid, revision }) => [xid, revision])).toEqual(xids.map((xid, n) => [xid, n + 1]));
  });

  it("are counted once when they are sent again, in one crowd, in the next, and to another gateway", async () => {
    const some = profiles.slice(0, 50);
    const once = () => some.map((profile, n) => record(profile, 10 + n, { eventId: "e" }));
    const there = () => some.map((profile, n) => record(profile, 10 + n, { eventId: "e" }, other));
    const [first, second, third] = await Promise.all(
      [once(), once(), there()].map((all) => Promise.all(all)),
    );
    const again = await Promise.all([...once(), ...there()]);
    expect(second).toEqual(first);
    expect(third).toEqual(first);
    expect(again).toEqual([...first!, ...first!]);
    expect(await stored()).toHaveLength(some.length);
    expect(await told()).toHaveLength(some.length);
  });

  it("from two gateways at once lose nothing, and each pair's events are told in order", async () => {
    const some = profiles.slice(0, 30);
    const rounds = Array.from({ length: 6 }, (_, n) => n);
    await Promise.all(
      rounds.flatMap((round) =>
        some.map((profile) =>
          record(profile, 10 + round, { eventId: `e${round}` }, round % 2 ? other : stores),
        ),
      ),
    );
    expect(await stored()).toHaveLength(some.length * rounds.length);
    for (const profile of some) {
      const own = (await told()).filter((event) => event.profile === profile);
      expect(own.map(({ revision }) => revision)).toEqual(rounds.map((round) => round + 1));
    }
  });
});

describe("a write that has to wait for somebody", () => {
  it("lets the others go before", async () => {
    let waiting: Promise<ViewingWritten> | undefined;
    const held = `select from shared.profiles where tenant_id = ${tenant.id} and id = 'p000' for no key update`;
    await while_(held, async () => {
      const [first, ...others] = profiles.slice(0, 20).map((profile) => record(profile, 60));
      waiting = first;
      await Promise.all(others);
      expect(await stored()).toHaveLength(19);
      await Promise.all(profiles.slice(20, 40).map((profile) => record(profile, 60)));
    });
    expect(positionOf(await waiting!)).toBe(60);
    expect(await stored()).toHaveLength(40);
  });

  it("does nothing where its request is over before its turn", async () => {
    const merging = `select pg_advisory_xact_lock(hashtext('marquee.title_merges'), ${tenant.id})`;
    const over = new AbortController();
    const all: Promise<ViewingWritten>[] = [];
    await while_(merging, async () => {
      const turned = () => new Promise(setImmediate);
      // Two transactions wait for the merge; what comes then waits for its turn.
      for (const profile of profiles.slice(0, 2)) {
        all.push(record(profile, 60));
        for (let n = 0; n < 20; n += 1) await turned();
      }
      const late = stores.viewingWriting.recordProgress(
        tenant,
        {
          profileId: "p002",
          titleId: "a",
          positionSeconds: 60,
          durationSeconds: null,
          completed: null,
          device: null,
          country: "US",
          at: null,
          eventId: null,
        },
        over.signal,
      );
      over.abort(new Error("Its deadline has passed"));
      await expect(late).rejects.toThrow("Its deadline has passed");
      all.push(record("p003", 60));
    });
    await Promise.all(all);
    expect((await stored()).map(({ profile }) => profile)).toEqual(["p000", "p001", "p003"]);
  });
});
