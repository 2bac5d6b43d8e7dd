import { type AuditedAct } from "../audit/audit.js";
import { auditInsert, byOwner } from "../audit/audit-append.postgres.js";
import { raw, sql, type PostgresStore, type Sql } from "../engines/postgres/store.postgres.js";
import { type StoreRequest } from "../core/store-request.js";
import { type Tenant } from "../core/tenant.js";
import { endingFor, openingFor } from "./account-turns.postgres.js";
import {
  REUSE_SECONDS,
  type DeviceRecord,
  type NewSession,
  type NextToken,
  type OpenedSession,
  type Renewed,
  type SessionOwner,
  type Sessions,
  type WhichSessions,
} from "./sessions.js";

/** How long used refresh tokens are remembered: for as long as they could have been good. Days. */
const REMEMBERED_DAYS = 30;
const MOST_DEVICES = 100;

/** Sessions in PostgreSQL, on its clock. */
export class PostgresSessions implements Sessions {
  constructor(private readonly postgres: PostgresStore) {}

  async open(tenant: Tenant, session: NewSession): Promise<OpenedSession | null> {
    const { tokenHash, accountId, profileId, expiresAt, openedBy, device, country, prolongable } = session;
    const { passwordHash } = session;
    const [opened] = await this.postgres.conclude<OpenedSession>(tenant, (query) => {
      if (accountId !== null) void query(openingFor(accountId));
      void query(sql`delete from sessions where ${owned({ accountId, profileId })} and expires_at <= now()`);
      return Promise.resolve(
        sql`with opened as (
            insert into sessions (tenant_id, token_hash, account_id, profile_id, expires_at, device_id, device, country,
                                  prolongable)
            select p.tenant_id, ${tokenHash}, p.account_id, p.id,
                   case when opener.prolongable is false then least(opener.expires_at, ${expiresAt}::timestamptz)
                        else ${expiresAt}::timestamptz end,
                   coalesce(opener.device_id, gen_random_uuid()::text), ${device}, ${country},
                   ${prolongable} and opener.prolongable is not false
            from profiles p
            left join sessions opener
              on opener.id = ${openedBy} and opener.account_id is not distinct from p.account_id
                and opener.expires_at > now()
            where p.id = ${profileId} and p.account_id is not distinct from ${accountId}
              and (${openedBy}::text is null or opener.id is not null)
              and (p.account_id is null or exists (
                select from accounts a where a.id = p.account_id and not a.erasing
                  and (${passwordHash}::text is null or a.password_hash = ${passwordHash})))
            returning id, prolongable
            ), noted as (
              ${auditInsert(signIn(session), sql`opened where ${openedBy === null && (accountId !== null || session.by !== undefined)}::boolean`)}
            )
            select id, prolongable from opened`,
      );
    });
    return opened ?? null;
  }

  async renew(tenant: Tenant, tokenHash: string, next: NextToken): Promise<Renewed | null> {
    const [used] = await this.postgres.conclude<Renewed & { again: boolean }>(tenant, (query) => {
      void query(renewed(tokenHash, next));
      // A statement of its own: whoever has waited for another to use the token sees here what came of it.
      return Promise.resolve(whatCameOf(tokenHash));
    });
    if (!used || used.again) return null;
    const { session, account, profile, salt, at } = used;
    return { session, account, profile, salt, at };
  }

  devices(request: StoreRequest, owner: SessionOwner, session: string): Promise<DeviceRecord[]> {
    return this.postgres.read<DeviceRecord>(
      request,
      "sessions.devices",
      sql`select device_id as id, bool_or(id = ${session}) as current, max(last_seen_at) as "lastSeenAt",
                 (array_agg(device order by last_seen_at desc))[1] as device,
                 (array_agg(country order by last_seen_at desc))[1] as country
          from sessions where ${owned(owner)} and expires_at > now()
          group by device_id order by bool_or(id = ${session}) desc, max(last_seen_at) desc, device_id
          limit ${MOST_DEVICES}`,
    );
  }

  async end(tenant: Tenant, owner: SessionOwner, which: WhichSessions): Promise<number> {
    const { accountId } = owner;
    const ended = await this.postgres.conclude(tenant, (query) => {
      if (accountId !== null) void query(endingFor(accountId));
      return Promise.resolve(
        sql`with ended as (
              delete from sessions where ${owned(owner)} and ${those(which)} returning 1
            ), noted as (
              ${auditInsert({ act: "SIGN_OUT", ...byOwner(accountId ?? "") }, sql`(select 1 from ended limit 1) once where ${accountId}::text is not null`)}
            )
            select 1 from ended`,
      );
    });
    return ended.length;
  }
}

/** Of a session that nothing but a password, or a command, has opened. */
function signIn({ accountId, by }: NewSession): AuditedAct {
  const account = accountId ?? "";
  const subject = accountId === null ? null : { account };
  return { act: "SIGN_IN", actor: by ?? { account }, subject };
}

/** All of an account's; of a profile without an account its own. */
function owned({ accountId, profileId }: SessionOwner): Sql {
  return accountId === null
    ? sql`account_id is null and profile_id = ${profileId}`
    : sql`account_id = ${accountId}`;
}

function those(which: WhichSessions): Sql {
  if (which === "ALL") return raw("true");
  if ("device" in which) return sql`device_id = ${which.device}`;
  return sql`device_id = (select device_id from sessions where id = ${which.session})`;
}

/** Uses a refresh token up, where it is good. What older ones were followed by is forgotten, and in the end that they were. */
function renewed(tokenHash: string, { tokenHash: next, salt, expiresAt, device, country }: NextToken): Sql {
  return sql`
    with renewed as (
      update sessions
      set token_hash = ${next}, expires_at = ${expiresAt}::timestamptz, last_seen_at = clock_timestamp(),
          device = coalesce(${device}, device), country = coalesce(${country}, country)
      where token_hash = ${tokenHash} and prolongable and expires_at > now()
      returning tenant_id, id
    ), kept as (
      insert into used_refresh_tokens (tenant_id, token_hash, session_id, salt)
      select tenant_id, ${tokenHash}, id, ${salt} from renewed
    ), forgotten as (
      delete from used_refresh_tokens u using renewed
      where u.session_id = renewed.id and u.used_at <= now() - make_interval(days => ${REMEMBERED_DAYS})
    )
    update used_refresh_tokens u set salt = null from renewed
    where u.session_id = renewed.id and u.salt is not null
      and u.used_at <= now() - make_interval(secs => ${REUSE_SECONDS})
      and u.used_at > now() - make_interval(days => ${REMEMBERED_DAYS})`;
}

/** What a used token was answered; where that was too long ago, the device's sessions end. */
function whatCameOf(tokenHash: string): Sql {
  return sql`
    with used as (
      select u.session_id, u.used_at, u.salt,
             u.salt is null or u.used_at <= clock_timestamp() - make_interval(secs => ${REUSE_SECONDS}) as again
      from used_refresh_tokens u where u.token_hash = ${tokenHash}
    ), ended as (
      delete from sessions
      where device_id in (select s.device_id from sessions s join used on used.session_id = s.id where used.again)
      returning account_id
    ), noted as (
      ${auditInsert(
        { act: "SESSIONS_REVOKED", actor: "visitor", subject: { accountOf: sql`revoked.account_id` } },
        sql`(select account_id from ended where account_id is not null limit 1) revoked`,
      )}
    )
    select s.id as session, s.account_id as account, s.profile_id as profile, used.salt,
           used.used_at as at, used.again
    from used join sessions s on s.id = used.session_id`;
}
