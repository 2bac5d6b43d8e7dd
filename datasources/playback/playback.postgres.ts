import { randomUUID } from "node:crypto";

import { sql, type PostgresStore, type Sql } from "../postgres/store.postgres.js";
import { type Tenant } from "../tenant.js";
import {
  checkDevice,
  noRendition,
  noSubscription,
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
import { renditionLadder, type RenditionLadder } from "./rendition-ladder.js";

/** Playback sessions in PostgreSQL, on its clock. */
export class PostgresPlayback implements Playback {
  constructor(private readonly postgres: PostgresStore) {}

  async start(tenant: Tenant, wanted: PlaybackStart): Promise<PlaybackSession & RenditionLadder> {
    checkDevice(wanted.device);
    const { accountId } = wanted;
    if (accountId === null) throw noSubscription();
    let ladder: RenditionLadder = { renditions: [], omitted: [] };
    const [session] = await this.postgres.conclude<PlaybackSession>(tenant, async (query) => {
      // Starts of an account come one by one: each sees the sessions of those before it.
      void query(sql`select id from accounts where id = ${accountId} for no key update`);
      const [plan] = await query<PlanLimits & { live: LiveStream[] }>(planAndStreams(accountId));
      if (!plan) throw noSubscription();
      ladder = renditionLadder(wanted.device, plan.maxHeight);
      if (ladder.renditions.length === 0) throw noRendition(plan);
      if (plan.live.length >= plan.maxStreams) throw tooManyStreams(plan, plan.live);
      return newSession(accountId, wanted);
    });
    // The subscription has been read under the lock of the account, and so has the session been written.
    if (!session) throw noSubscription();
    return { ...session, ...ladder };
  }

  async heartbeat(tenant: Tenant, key: SessionKey): Promise<PlaybackSession> {
    const [session] = await this.postgres.conclude<PlaybackSession & { live: boolean }>(tenant, (query) => {
      // Not beside a start, which may just be counting this session as expired.
      void query(sql`select id from accounts where id = ${key.accountId} for share`);
      return Promise.resolve(sql`
        with beaten as (
          update playback_sessions set heartbeat_at = clock_timestamp(), expires_at = ${expiry}
          where ${ownSession(key)} and stopped_at is null and expires_at > clock_timestamp()
          returning id, expires_at
        )
        select s.id, coalesce(b.expires_at, s.expires_at) as "expiresAt", b.id is not null as live
        from playback_sessions s left join beaten b on b.id = s.id
        where s.id = ${key.sessionId} and s.account_id = ${key.accountId}`);
    });
    if (!session) throw sessionNotFound();
    if (!session.live) throw sessionExpired();
    return { id: session.id, expiresAt: session.expiresAt };
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

const expiry = sql`clock_timestamp() + make_interval(secs => ${SESSION_SECONDS}::int)`;

function ownSession({ accountId, sessionId }: SessionKey): Sql {
  return sql`id = ${sessionId} and account_id = ${accountId}`;
}

/** The plan of the account's subscription and what is streaming. While a payment is past due, playback goes on. */
function planAndStreams(accountId: string): Sql {
  return sql`
    select p.name, p.max_streams as "maxStreams", p.max_height as "maxHeight", coalesce(live.streams, '[]') as live
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

function newSession(accountId: string, { profileId, titleId, device }: PlaybackStart): Sql {
  return sql`
    insert into playback_sessions
      (tenant_id, id, account_id, profile_id, title_id, device, started_at, heartbeat_at, expires_at)
    values (current_setting('marquee.tenant')::int, ${randomUUID()}, ${accountId}, ${profileId}, ${titleId}, ${device.kind},
            clock_timestamp(), clock_timestamp(), ${expiry})
    returning id, expires_at as "expiresAt"`;
}
