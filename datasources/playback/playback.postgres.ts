import { randomUUID } from "node:crypto";

import { openProfile, PROFILE, type SealedProfile } from "../accounts/account-columns.postgres.js";
import { keyOf, type KeptKey, type PersonKeys } from "../accounts/person-keys.postgres.js";
import { titleInForce, type InForceRow } from "../catalog/postgres/title-in-force.postgres.js";
import { HOLD_MERGES } from "../catalog/postgres/title-merges.postgres.js";
import { titleNotFound } from "../catalog/title-not-found.js";
import { sql, type PostgresStore, type Sql } from "../engines/postgres/store.postgres.js";
import { type Refusal } from "../core/refusal.js";
import { type StoreRequest } from "../core/store-request.js";
import { type Tenant } from "../core/tenant.js";
import { refusalOf, type Standing } from "./playback-entitlement.js";
import {
  checkDevice,
  noLongerPlayable,
  noMembership,
  sessionExpired,
  sessionNotFound,
} from "./playback-refusals.js";
import {
  SESSION_SECONDS,
  type Asker,
  type Playback,
  type PlaybackSession,
  type PlaybackStart,
  type SessionHolder,
  type SessionKey,
} from "./playback.js";
import { renditionLadder, type DeviceCapabilities } from "../../packages/rendition-ladder/index.js";

interface SessionRow {
  id: string;
  expires_at: string;
  capabilities: DeviceCapabilities;
  max_height: number;
}

/** What stands of the account's, its profiles' names as they are kept and what opens them. */
interface StandingRow extends Omit<Standing, "live"> {
  live: { device: string; profile: SealedProfile | null }[];
  key: KeptKey | null;
}

/** Playback sessions in PostgreSQL, on its clock. */
export class PostgresPlayback implements Playback {
  constructor(
    private readonly postgres: PostgresStore,
    private readonly keys: PersonKeys,
  ) {}

  async sessionsByIds(
    request: StoreRequest,
    holder: SessionHolder,
    ids: readonly string[],
  ): Promise<Map<string, PlaybackSession>> {
    const rows = await this.postgres.read<SessionRow>(
      request,
      "playback.sessionsByIds",
      sql`select ${sessionColumns} from playback_sessions where id = any(${ids}::text[]) and ${heldBy(holder)}`,
      ids.length,
    );
    return new Map(rows.map((row) => [row.id, toSession(row)]));
  }

  async start(tenant: Tenant, wanted: PlaybackStart): Promise<PlaybackSession> {
    checkDevice(wanted.device);
    const { accountId } = wanted;
    if (accountId === null) throw noMembership();
    const [session] = await this.postgres.conclude<SessionRow>(tenant, async (query) => {
      void query(sql`select ${HOLD_MERGES}`);
      // Starts of an account come one by one: each sees the sessions of those before it.
      void query(sql`select id from accounts where id = ${accountId} for no key update`);
      const stands = query<StandingRow>(standingOf(accountId, sql`${wanted.profileId}`, sql`true`));
      const [title] = await query<InForceRow>(titleInForce(sql`${wanted.titleId}`));
      const standing = await this.#opened(tenant, accountId, (await stands)[0]);
      const facts = { standing, title: title?.body, device: wanted.device };
      const refused = refusalOf(facts, wanted.asker, titleNotFound);
      if (refused) throw refused;
      return newSession(accountId, { ...wanted, titleId: title?.title_id ?? "" }, standing?.maxHeight ?? 0);
    });
    // The membership has been read under the lock of the account, and so has the session been written.
    if (!session) throw noMembership();
    return toSession(session);
  }

  async heartbeat(tenant: Tenant, key: SessionKey, asker: Asker): Promise<PlaybackSession> {
    const own = ownSession(key);
    let ended: Refusal | null = null;
    const [session] = await this.postgres.conclude<SessionRow>(tenant, async (query) => {
      // Not beside a start, which may just be counting this session as expired.
      void query(sql`select id from accounts where id = ${key.accountId} for share`);
      const held = query<SessionRow & { live: boolean }>(
        sql`select ${sessionColumns}, ${isLive} as live from playback_sessions s where ${own}`,
      );
      const ofSession = (column: Sql) => sql`(select ${column} from playback_sessions s where ${own})`;
      const earlier = sql`(s.started_at, s.id) < ${ofSession(sql`started_at, id`)}`;
      const stands = query<StandingRow>(standingOf(key.accountId, ofSession(sql`profile_id`), earlier));
      const [title] = await query<InForceRow>(titleInForce(ofSession(sql`title_id`)));
      const [[row], [found]] = await Promise.all([stands, held]);
      if (!found) throw sessionNotFound();
      if (!found.live) throw sessionExpired();
      const standing = await this.#opened(tenant, key.accountId, row);
      const facts = { standing, title: title?.body, device: found.capabilities };
      ended = refusalOf(facts, asker, noLongerPlayable);
      return ended ? stopped(own) : beaten(own, standing?.maxHeight ?? 0);
    });
    if (ended) throw ended as Refusal;
    if (!session) throw sessionExpired();
    return toSession(session);
  }

  async stop(tenant: Tenant, key: SessionKey): Promise<void> {
    const ended = await this.postgres.conclude(tenant, () => Promise.resolve(stopped(ownSession(key))));
    if (ended.length === 0) throw sessionNotFound();
  }

  async #opened(
    tenant: Tenant,
    accountId: string | null,
    row: StandingRow | undefined,
  ): Promise<Standing | undefined> {
    if (!row) return undefined;
    const { live, key, ...standing } = row;
    const seal = accountId === null ? null : await this.keys.of(tenant, accountId, key);
    const nameOf = (profile: SealedProfile | null) => profile && (openProfile(profile, seal)?.name ?? null);
    return { ...standing, live: live.map(({ device, profile }) => ({ device, profile: nameOf(profile) })) };
  }
}

const sessionColumns = sql`id, expires_at, capabilities, max_height`;
const expiry = sql`clock_timestamp() + make_interval(secs => ${SESSION_SECONDS}::int)`;

function ownSession({ sessionId, ...holder }: SessionKey): Sql {
  return sql`id = ${sessionId} and ${heldBy(holder)}`;
}

function heldBy({ accountId, profileId }: SessionHolder): Sql {
  return sql`account_id = ${accountId} and (${profileId}::text is null or profile_id = ${profileId})`;
}

const isLive = sql`s.stopped_at is null and s.expires_at > clock_timestamp()`;

function beaten(own: Sql, maxHeight: number): Sql {
  return sql`
    update playback_sessions s
    set heartbeat_at = clock_timestamp(), expires_at = ${expiry}, max_height = ${maxHeight}
    where ${own} and ${isLive}
    returning ${sessionColumns}`;
}

function stopped(own: Sql): Sql {
  return sql`
    update playback_sessions s set stopped_at = coalesce(stopped_at, clock_timestamp()) where ${own}
    returning ${sessionColumns}`;
}

/**
 * The plan of the account's membership, what is streaming, and the limit of a profile. While a payment is past due,
 * playback goes on.
 *
 * @param profile an expression.
 * @param counted which of the account's sessions `s` count.
 */
function standingOf(accountId: string | null, profile: Sql, counted: Sql): Sql {
  return sql`
    select p.name, p.max_streams as "maxStreams", p.max_height as "maxHeight", coalesce(live.streams, '[]') as live, ${keyOf(sql`${accountId}`)} as key,
           (select maturity_limit from profiles where id = ${profile}) as "maturityLimit"
    from (
      select plan_id from subscriptions
      where account_id = ${accountId} and state in ('ACTIVE', 'PAST_DUE')
      order by started_at desc, id desc limit 1
    ) m
    join plans p on p.id = m.plan_id
    cross join (
      select jsonb_agg(jsonb_build_object('device', s.device, 'profile', case when p.id is not null then ${PROFILE} end)
               order by s.started_at) as streams
      from playback_sessions s left join profiles p on p.id = s.profile_id
      where s.account_id = ${accountId} and ${isLive} and ${counted}
    ) live`;
}

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
            ${titleId}, ${kind}, clock_timestamp(), clock_timestamp(), ${expiry}, ${JSON.stringify(capabilities)}::jsonb, ${maxHeight})
    returning ${sessionColumns}`;
}

function toSession({ id, expires_at: expiresAt, capabilities, max_height }: SessionRow): PlaybackSession {
  return { id, expiresAt, ...renditionLadder(capabilities, max_height) };
}
