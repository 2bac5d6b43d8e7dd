import { beforeEach, describe, expect, it } from "vitest";

import { type Tenant } from "../../datasources/core/tenant.js";
import {
  RETENTION_KINDS,
  type RetentionDays,
  type RetentionKind,
} from "../../datasources/retention/retention.js";
import { viewerAccount } from "../support/accounts.js";
import { publish } from "../support/catalogue.js";
import { useFacts, useStores } from "../support/fixtures.js";
import { createTestTenant } from "../support/stores.js";
import { titleBody } from "../support/titles.js";

const stores = useStores();
const facts = useFacts();
const KINDS = Object.keys(RETENTION_KINDS) as RetentionKind[];
let tenant: Tenant;

/** Of each kind but events a row whose days are counted from so many days ago. */
const plant = (days: number) => {
  const { id } = tenant;
  const at = `now() - interval '${days} days'`;
  return facts.run(
    tenant,
    `insert into viewing_receipts values (${id}, 'one', 'r${days}', '{}', '{}', 1, ${at});
     insert into sessions (tenant_id, id, token_hash, account_id, profile_id, expires_at)
       values (${id}, 's${days}', 's${days}', 'one', 'one', ${at});
     insert into playback_sessions (tenant_id, id, account_id, profile_id, title_id, device, expires_at, capabilities, max_height)
       values (${id}, 'p${days}', 'one', 'one', 'a', 'TV', ${at}, '{}', 1080);
     insert into account_mails (tenant_id, id, account_id, kind, email_sealed, email_hash, expires_at)
       values (${id}, 'm${days}', 'one', 'RESET', '', 'hash', ${at});
     insert into account_exports (tenant_id, id, account_id, state, expires_at) values (${id}, 'e${days}', 'one', 'READY', ${at});
     insert into search_log (tenant_id, profile_id, day, query, at) values (${id}, 'one', '2026-01-01', 'q${days}', ${at});
     insert into served_lists (tenant_id, id, profile_id, at, context, place, title_ids, latency_ms, kept)
       values (${id}, gen_random_uuid(), 'one', ${at}, 'HOME', 1, '{}', 1, false);
     insert into idempotency_keys (tenant_id, account_id, operation, key, input_hash, created_at)
       values (${id}, 'one', 'subscribe', 'k${days}', '', ${at});
     insert into marquee.outbox_parked (target, tenant_id, topic, entity, xid, id, revision, attempts, dead, reason,
       first_failed_at, next_attempt_at)
       values ('nobody', ${id}, 'WATCH', 'one-${days}', 1, 1, 1, 5, true, '', ${at}, now());
     set session_replication_role = replica;
     insert into audit_log values (${id}, ${100 - days}, ${at}, 'SIGN_IN', 'OK', 'visitor', '', '{}', '');
     set session_replication_role = origin;
     insert into marquee.operation_jobs (tenant_id, id, kind, target, state, started_at, seen_at)
       values (${id}, 'j${days}', 'CHECK', 'nobody', 'DONE', ${at}, ${at})`,
  );
};

const watch = (titleId: string, days: number) => ({
  id: `${titleId}${days}`,
  profileId: "one",
  titleId,
  at: new Date(Date.now() - days * 86_400_000).toISOString(),
  seconds: 600,
  completed: false,
  country: "US",
  device: "TV",
  rating: null,
});

beforeEach(async () => {
  tenant = await createTestTenant(stores);
  await publish(
    stores,
    tenant,
    ["a", "b"].map((id) => titleBody({ id })),
  );
  await stores.accounts.putAccounts(tenant, [viewerAccount("one")]);
  await stores.viewingIngest.ingest(tenant, [watch("a", 40), watch("b", 20)]);
  for (const days of [40, 20]) await plant(days);
});

const daysOf = (days: number | null) =>
  Object.fromEntries(KINDS.map((kind) => [kind, days])) as RetentionDays;
const held = async () =>
  Object.fromEntries((await stores.retention.held(tenant)).map(({ kind, entries }) => [kind, entries]));
const each = (entries: number) => Object.fromEntries(KINDS.map((kind) => [kind, entries]));

describe("retention", () => {
  it("takes away of each kind what is older than that may be, and nothing else", async () => {
    expect(await held()).toEqual(each(2));
    expect(await stores.retention.enforce(tenant, daysOf(null))).toEqual(each(0));
    expect(await stores.retention.enforce(tenant, daysOf(41))).toEqual(each(0));
    expect(await stores.retention.enforce(tenant, daysOf(30))).toEqual(each(1));
    // That the log was cut off stands in it.
    expect(await held()).toEqual({ ...each(1), audit: 2 });
    for (const { oldest } of await stores.retention.held(tenant))
      expect((Date.now() - Date.parse(oldest!)) / 86_400_000).toBeCloseTo(20, 1);
    expect(await stores.retention.enforce(tenant, { ...daysOf(null), mails: 0 })).toEqual({
      ...each(0),
      mails: 1,
    });
  });

  it("keeps events for charts as nobody's, and what is going on as it is", async () => {
    await stores.retention.enforce(tenant, { ...daysOf(null), viewing: 30 });
    const events = await facts.rows<{ profile: string; title: string }>(
      tenant,
      "select profile_id as profile, title_id as title from viewing_events where tenant_id = $1 order by at",
    );
    expect(events).toEqual([
      { profile: expect.stringMatching(/^deleted-[0-9a-f]{32}$/) as string, title: "a" },
      { profile: "one", title: "b" },
    ]);
    const progress = await facts.rows(
      tenant,
      `select title_id as title, position_seconds as position, unmeasured from title_progress
       where tenant_id = $1 order by title_id`,
    );
    expect(progress).toEqual([
      { title: "a", position: 600, unmeasured: true },
      { title: "b", position: 600, unmeasured: false },
    ]);
    expect(await stores.viewingIngest.recount(tenant)).toBe(0);
  });

  it("lets an event stand once that was told at two instants", async () => {
    const told = (id: string, days: number) => ({ ...watch("a", days), id, profileId: "three" });
    const watched = async () => {
      const [row] = await facts.rows<{ watched: number }>(
        tenant,
        `select watched_seconds as watched from title_progress
         where tenant_id = $1 and profile_id = 'three' and title_id = 'a'`,
      );
      return row?.watched;
    };
    await stores.viewingIngest.ingest(tenant, [told("once", 50)]);
    await stores.viewingIngest.ingest(tenant, [told("once", 49), told("own", 10)]);
    expect(await watched()).toBe(1_200);
    await stores.retention.enforce(tenant, { ...daysOf(null), viewing: 30 });
    await stores.viewingIngest.ingest(tenant, [told("next", 5)]);
    expect(await watched()).toBe(1_800);
  });

  it("is not undone by an import of what it took away", async () => {
    const events = [50, 40, 35, 10].map((days) => ({
      ...watch("a", days),
      id: `two ${days}`,
      profileId: "two",
    }));
    const kept = async () => {
      const [sums] = await facts.rows<{ events: number; watched: number; counted: number | null }>(
        tenant,
        `select (select count(*)::int from viewing_events where tenant_id = $1) as events,
                watched_seconds as watched, counted_seconds as counted
         from title_progress where tenant_id = $1 and profile_id = 'two' and title_id = 'a'`,
      );
      return sums;
    };
    await stores.viewingIngest.ingest(tenant, events);
    expect(await kept()).toEqual({ events: 6, watched: 2_400, counted: 2_400 });
    for (const days of [38, 30, 30]) {
      await stores.retention.enforce(tenant, { ...daysOf(null), viewing: days });
      await stores.viewingIngest.ingest(tenant, events);
      expect(await kept()).toMatchObject({ events: 6, watched: 2_400 });
    }
    // What came since is the profile's own: it is corrected, and what comes is added to it.
    const [, , , own] = events;
    await stores.viewingIngest.ingest(tenant, [...events.slice(0, 3), { ...own!, seconds: 700 }]);
    expect(await kept()).toEqual({ events: 6, watched: 2_500, counted: 700 });
    const next = { ...watch("a", 5), id: "two 5", profileId: "two" };
    await stores.viewingIngest.ingest(tenant, [...events.slice(0, 3), { ...own!, seconds: 700 }, next]);
    expect(await kept()).toEqual({ events: 7, watched: 3_100, counted: 1_300 });
  });

  it("leaves other tenants' data alone", async () => {
    const other = await createTestTenant(stores);
    await stores.retention.enforce(other, daysOf(0));
    expect(await held()).toEqual(each(2));
  });
});
