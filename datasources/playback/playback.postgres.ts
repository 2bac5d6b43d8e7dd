import { randomUUID } from "node:crypto";

import { profileGone } from "../accounts/profile-rules.js";
import { HOLD_MERGES } from "../catalog/postgres/title-merges.postgres.js";
import { sql, type PostgresStore, type Sql } from "../engines/postgres/store.postgres.js";
import { type StoreRequest } from "../core/store-request.js";
import { type Tenant } from "../core/tenant.js";
import {
  checkDevice,
  noRendition,
  noMembership,
  sessionExpired,
  sessionNotFound,
  tooManyStreams,
  type LiveStream,
  type PlanLimits,
} from "./playback-refusals.js";
import {
  SESSION_SECONDS,
  type Playback,
  type PlaybackSession,
  type PlaybackStart,
  type SessionKey,
} from "./playback.js";
import { renditionLadder, type DeviceCapabilities } from "./rendition-ladder.js";

interface SessionRow {
  id: string;
  expires_at: string;
  capabilities: DeviceCapabilities;
  max_height: number;
}

/** Playback sessions in PostgreSQL, on its clock. */
export class PostgresPlayback implements Playback {
  constructor(private readonly postgres: PostgresStore) {}

  async session(request: StoreRequest, key: SessionKey): Promise<PlaybackSession | null> {
    const [row] = await this.postgres.read<SessionRow>(
      request,
      "playback.session",
      sql`select ${sessionColumns} from playback_sessions where ${ownSession(key)}`,
    );
    return row ? toSession(row) : null;
  }

  async start(tenant: Tenant, wanted: PlaybackStart): Promise<PlaybackSession> {
    checkDevice(wanted.device);
    const { accountId } = wanted;
    if (accountId === null) throw noMembership();
    const [session] = await this.postgres.conclude<SessionRow>(tenant, async (query) => {
      void query(sql`select ${HOLD_MERGES}`);
      // Starts of an account come one by one: each sees the sessions of those before it.
      void query(sql`select id from accounts where id = ${accountId} for no key update`);
      const [plan] = await query<PlanLimits & { live: LiveStream[]; known: boolean }>(
        planAndStreams(accountId, wanted.profileId),
      );
      if (!plan) throw noMembership();
      if (!plan.known) throw profileGone();
      const { renditions } = renditionLadder(wanted.device, plan.maxHeight);
      if (renditions.length === 0) throw noRendition(plan);
      if (plan.live.length >= plan.maxStreams) throw tooManyStreams(plan, plan.live);
      return newSession(accountId, wanted, plan.maxHeight);
    });
    // The membership has been read under the lock of the account, and so has the session been written.
    if (!session) throw noMembership();
    return toSession(session);
  }

  async heartbeat(tenant: Tenant, key: SessionKey): Promise<PlaybackSession> {
    const [session] = await this.postgres.conclude<SessionRow & { live: boolean }>(tenant, (query) => {
      // Not beside a start, which may just be counting this session as expired.
      void query(sql`select id from accounts where id = ${key.accountId} for share`);
      return Promise.resolve(sql`
        with beaten as (
          update playback_sessions set heartbeat_at = clock_timestamp(), expires_at = ${expiry}
          where ${ownSession(key)} and stopped_at is null and expires_at > clock_timestamp()
          returning *
        )
        select ${sessionColumns}, true as live from beaten
        union all
        select ${sessionColumns}, false from playback_sessions
        where ${ownSession(key)} and not exists (select from beaten)`);
    });
    if (!session) throw sessionNotFound();
    if (!session.live) throw sessionExpired();
    return toSession(session);
  }

  async stop(tenant: Tenant, key: SessionKey): Promise<void> {
    const stopped = await this.postgres.conclude(tenant, () =>
      Promise.resolve(
        sql`update playback_sessions set stopped_at = coalesce(stopped_at, clock_timestamp()) where ${ownSession(key)}
            returning id`,
      ),
    );
    if (stopped.length === 0) throw sessionNotFound();
  }
}

const sessionColumns = sql`id, expires_at, capabilities, max_height`;
const expiry = sql`clock_timestamp() + make_interval(secs => ${SESSION_SECONDS}::int)`;

function ownSession({ accountId, sessionId }: SessionKey): Sql {
  return sql`id = ${sessionId} and account_id = ${accountId}`;
}

/** The plan of the account's membership and what is streaming. While a payment is past due, playback goes on. */
function planAndStreams(accountId: string, profileId: string): Sql {
  return sql`
    select p.name, p.max_streams as "maxStreams", p.max_height as "maxHeight", coalesce(live.streams, '[]') as live,
           exists (select from profiles where id = ${profileId}) as known
    from (
      select plan_id from subscriptions
      where account_id = ${accountId} and state in ('ACTIVE', 'PAST_DUE')
      order by started_at desc, id desc limit 1
    ) s
    join plans p on p.id = s.plan_id
    cross join (
      select jsonb_agg(jsonb_build_object('device', s.device, 'profile', f.name) order by s.started_at) as streams
      from playback_sessions s left join profiles f on f.id = s.profile_id
      where s.account_id = ${accountId} and s.stopped_at is null and s.expires_at > clock_timestamp()
    ) live`;
}

/** Names the title that the wanted one was merged into, where it was. */
function newSession(
  accountId: string,
  { profileId, titleId, device }: PlaybackStart,
  maxHeight: number,
): Sql {
  const { kind, ...capabilities } = device;
  return sql`
    insert into playback_sessions
      (tenant_id, id, account_id, profile_id, title_id, device, started_at, heartbeat_at, expires_at,
       capabilities, max_height)
    values (current_setting('marquee.tenant')::int, ${randomUUID()}, ${accountId}, ${profileId},
            coalesce((select merged_into from title_heads where title_id = ${titleId}), ${titleId}), ${kind},
            clock_timestamp(), clock_timestamp(), ${expiry}, ${JSON.stringify(capabilities)}::jsonb, ${maxHeight})
    returning ${sessionColumns}`;
}

function toSession({ id, expires_at: expiresAt, capabilities, max_height }: SessionRow): PlaybackSession {
  return { id, expiresAt, ...renditionLadder(capabilities, max_height) };
}
