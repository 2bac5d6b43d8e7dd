import { createHash, randomUUID } from "node:crypto";

import { auditInsert, byOwner } from "../audit/audit-append.postgres.js";
import { sql, type PostgresStore, type Query, type Sql } from "../engines/postgres/store.postgres.js";
import { type StoreRequest } from "../core/store-request.js";
import { type Tenant } from "../core/tenant.js";
import { openingFor } from "./account-turns.postgres.js";
import { type Writing } from "./accounts-writing.postgres.js";
import { addressHashes, outsideHash, sealedAddress } from "./addresses.js";
import { makeAccount } from "./new-account.postgres.js";
import { type KeyedHash, type PersonKeys } from "./person-keys.postgres.js";
import { type OutsideAccount, type OutsideAccounts } from "./outside-accounts.js";

/** No password has this hash. */
const NO_PASSWORD = "none";
const PROFILE_NAME = "Viewer";

/** Whether an identity provider signs an account in. @param account expression for its id. */
export function isOutside(account: Sql): Sql {
  return sql`exists (select from outside_accounts o where o.account_id = ${account})`;
}

/** Accounts that an identity provider signs in, in PostgreSQL. */
export class PostgresOutsideAccounts implements OutsideAccounts {
  constructor(
    private readonly postgres: PostgresStore,
    private readonly keys: PersonKeys,
  ) {}

  async meet(tenant: Tenant, met: OutsideAccount) {
    const hash = await this.keys.hashing(tenant);
    // Whom a provider knows by what is kept as a hash: nobody has to read it.
    const outside = { ...met, subject: outsideHash(met, hash) };
    return this.postgres.transaction(tenant, async (query) => {
      const { issuer, subject, session } = outside;
      if (await isOver(query, session)) return null;
      // Whoever meets them at the same moment finds what is made here.
      await query(
        sql`select pg_advisory_xact_lock(hashtextextended(${JSON.stringify([tenant.id, issuer, subject])}, 0))`,
      );
      const [known] = await query<{ account: string }>(
        sql`select account_id as account from outside_accounts where issuer = ${issuer} and subject = ${subject}`,
      );
      if (known) await bringUpToDate(query, known.account, outside);
      const making = { tenant, keys: this.keys, hash };
      const account = known?.account ?? (await make(query, making, outside, addressOf(met)));
      return signIn(query, account, outside);
    });
  }

  async has(request: StoreRequest, accountId: string): Promise<boolean> {
    const [found] = await this.postgres.read<{ outside: boolean }>(
      request,
      "outsideAccounts.has",
      sql`select ${isOutside(sql`${accountId}`)} as outside`,
    );
    return found?.outside ?? false;
  }
}

/** Whether a session has ended here: a token of it makes nothing, not the account anew of somebody who was forgotten. */
async function isOver(query: Query, session: string): Promise<boolean> {
  const ended = await query(sql`select 1 from marquee.ended_sessions where session_id = ${session}`);
  return ended.length > 0;
}

/** The roles that were told last. */
async function bringUpToDate(
  query: Query,
  account: string,
  { issuer, subject, roles, toldAt }: OutsideAccount,
) {
  await query(
    sql`with told as (
          update outside_accounts set told_at = ${toldAt.toISOString()}::timestamptz
          where issuer = ${issuer} and subject = ${subject} and told_at < ${toldAt.toISOString()}::timestamptz
          returning account_id
        ), changed as (
          update accounts a set roles = ${roles}::text[] from told
          where a.id = told.account_id and a.id = ${account} and a.roles <> ${roles}::text[]
          returning 1
        )
        ${auditInsert({ act: "ROLES_SET", actor: "provider", subject: { account }, details: { roles: roles.join(" ") } }, sql`changed`)}`,
  );
}

async function make(
  query: Query,
  making: Writing & { hash: KeyedHash },
  { issuer, subject, email, roles, toldAt }: OutsideAccount,
  standIn: string,
): Promise<string> {
  const accountId = randomUUID();
  const account = {
    accountId,
    passwordHash: NO_PASSWORD,
    country: making.tenant.defaultCountry,
    language: null,
    roles,
  };
  const seal = await making.keys.forWritingOf(query, making.tenant, accountId);
  const begin = (its: string) =>
    makeAccount(
      query,
      making,
      {
        ...account,
        address: sealedAddress(its, seal, making.hash),
        takenBy: addressHashes(its, making.hash),
      },
      PROFILE_NAME,
    );
  // Whose address somebody else has here is not given that account: a provider's word opens its own alone.
  const made = (await begin(email ?? standIn)) ?? (await begin(standIn));
  if (!made) throw new Error("An account of an identity provider has an address that nobody can have");
  await query(
    sql`insert into outside_accounts (tenant_id, issuer, subject, account_id, told_at)
        values (current_setting('marquee.tenant')::int, ${issuer}, ${subject}, ${accountId},
                ${toldAt.toISOString()}::timestamptz)`,
  );
  return accountId;
}

/** An address that stands where there is none: no mail can be sent to it (RFC 2606). */
function addressOf({ issuer, subject }: OutsideAccount): string {
  const name = createHash("sha256")
    .update(JSON.stringify([issuer, subject]))
    .digest("hex")
    .slice(0, 32);
  return `${name}@${new URL(issuer).hostname.replace(/[[\]:]/g, "")}.invalid`;
}

async function signIn(query: Query, account: string, { issuer, session, expiresAt }: OutsideAccount) {
  const device = new URL(issuer).hostname;
  const expires = sql`${expiresAt.toISOString()}::timestamptz`;
  await query(openingFor(account));
  const [opened] = await query<{ account: string; profile: string; session: string }>(
    sql`with opened as (
        insert into sessions as s (tenant_id, id, token_hash, account_id, profile_id, expires_at, device, prolongable)
        select tenant_id, ${session}, ${session}, account_id, id, ${expires}, ${device}, false
        from profiles
        where account_id = ${account} and not exists (select from marquee.ended_sessions where session_id = ${session})
          and not exists (select from accounts a where a.id = ${account} and a.erasing)
        order by position, id limit 1
        on conflict (tenant_id, id) do update
          set expires_at = greatest(s.expires_at, excluded.expires_at), last_seen_at = clock_timestamp()
        returning account_id as account, profile_id as profile, id as session, s.xmax = 0 as new
        ), noted as (
          ${auditInsert({ act: "SIGN_IN", ...byOwner(account), details: { provider: true } }, sql`opened where new`)}
        )
        select account, profile, session from opened`,
  );
  return opened ?? null;
}
