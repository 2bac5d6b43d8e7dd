import { type MailKind } from "../core/vocabulary.js";
import { Refusal } from "../core/refusal.js";
import { type StoreRequest } from "../core/store-request.js";
import { type Tenant } from "../core/tenant.js";
import { auditInsert, byOwner } from "../audit/audit-append.postgres.js";
import { type AuditedAct } from "../audit/audit.js";
import { empty, sql, type PostgresStore, type Query } from "../engines/postgres/store.postgres.js";
import { putMail } from "../mail/mail-rows.postgres.js";
import { type AccountCredentials, type TokenKind } from "./account-credentials.js";
import { addressHashes, sealedAddress, type SealedAddress } from "./addresses.js";
import { isOutside } from "./outside-accounts.postgres.js";
import { keyOf, type KeptKey, type PersonKeys } from "./person-keys.postgres.js";
import { emailTaken, tokenInvalid } from "./profile-rules.js";

const UNIQUE_VIOLATION = "23505";

type Change<M extends keyof AccountCredentials> = Parameters<AccountCredentials[M]>[1];

/** What an account signs in by, in PostgreSQL. */
export class PostgresAccountCredentials implements AccountCredentials {
  constructor(
    private readonly postgres: PostgresStore,
    private readonly keys: PersonKeys,
  ) {}

  changePassword(
    tenant: Tenant,
    { accountId, session, from, to, told }: Change<"changePassword">,
  ): Promise<boolean> {
    return this.postgres.transaction(tenant, async (query) => {
      const changed = await query(
        sql`update accounts set password_hash = ${to} where id = ${accountId} and password_hash = ${from} returning 1`,
      );
      if (changed.length === 0) return false;
      if (told) await tell(query, accountId);
      await afterNewPassword(query, accountId, session, { act: "PASSWORD_CHANGED", ...byOwner(accountId) });
      return true;
    });
  }

  async addressOfToken(request: StoreRequest, kind: TokenKind, tokenHash: string): Promise<string | null> {
    const [mail] = await this.postgres.read<{ account: string; sealed: Buffer; key: KeptKey | null }>(
      request,
      "accounts.addressOfToken",
      sql`select account_id as account, email_sealed as sealed, ${keyOf(sql`account_id`)} as key from account_mails
          where token_hash = ${tokenHash} and kind = ${kind} and account_id is not null and expires_at > now()`,
    );
    const seal = mail && (await this.keys.of(request.tenant, mail.account, mail.key));
    return seal ? seal.text("address", mail.sealed) : null;
  }

  resetPassword(tenant: Tenant, tokenHash: string, passwordHash: string): Promise<string> {
    return this.postgres.transaction(tenant, async (query) => {
      const { accountId, address } = await useToken(query, "RESET", tokenHash);
      // Whoever has read the mail has shown that the address is theirs.
      const changed = await query(
        sql`update accounts set password_hash = ${passwordHash}, email_verified_at = coalesce(email_verified_at, now())
            where id = ${accountId} and email_hash = ${address.email_hash} and not ${isOutside(sql`accounts.id`)} returning 1`,
      );
      if (changed.length === 0) throw tokenInvalid();
      await tell(query, accountId);
      const act = { act: "PASSWORD_RESET", actor: "visitor", subject: { account: accountId } } as const;
      await afterNewPassword(query, accountId, null, act);
      return accountId;
    });
  }

  async verifyEmail(tenant: Tenant, tokenHash: string): Promise<string> {
    const verifying = this.postgres.transaction(tenant, async (query) => {
      const { accountId, address } = await useToken(query, "VERIFY", tokenHash);
      await checkFree(query, accountId, [address.email_hash]);
      await query(
        sql`update accounts set email_sealed = ${address.email_sealed}, email_hash = ${address.email_hash},
              email_verified_at = now()
            where id = ${accountId}`,
      );
      const act = { act: "EMAIL_VERIFIED", actor: "visitor", subject: { account: accountId } } as const;
      await forget(query, accountId, "VERIFY", act);
      return accountId;
    });
    return verifying.catch((error: unknown) => {
      // Somebody else has signed up with it between the look and the write.
      throw (error as { code?: unknown }).code === UNIQUE_VIOLATION ? emailTaken() : error;
    });
  }

  async changeCountry(tenant: Tenant, accountId: string, country: string): Promise<void> {
    const act = { act: "COUNTRY_CHANGED", ...byOwner(accountId) } as const;
    await this.postgres.transaction(tenant, (query) =>
      query(
        sql`with noted as (${auditInsert(act)}) update accounts set country = ${country} where id = ${accountId}`,
      ),
    );
  }

  async changeEmail(
    tenant: Tenant,
    { accountId, email, token, language }: Change<"changeEmail">,
  ): Promise<void> {
    const hash = await this.keys.hashing(tenant);
    await this.postgres.transaction(tenant, async (query) => {
      await checkFree(query, accountId, addressHashes(email, hash));
      const before = await addressOf(query, accountId);
      const address = sealedAddress(email, await this.keys.forWritingOf(query, tenant, accountId), hash);
      const other = before.email_hash !== address.email_hash;
      const act = { act: "EMAIL_CHANGE_ASKED", ...byOwner(accountId) } as const;
      await forget(query, accountId, "VERIFY", other ? act : undefined);
      await putMail(query, { kind: "VERIFY", address, accountId, language, token });
      if (other)
        await putMail(query, { kind: "EMAIL_CHANGING", address: before, accountId, language, token: null });
    });
  }
}

/** Uses a token up. @throws Refusal TOKEN_INVALID. */
async function useToken(query: Query, kind: TokenKind, tokenHash: string) {
  const [used] = await query<SealedAddress & { accountId: string }>(
    sql`delete from account_mails
        where token_hash = ${tokenHash} and kind = ${kind} and account_id is not null and expires_at > now()
        returning account_id as "accountId", email_sealed, email_hash`,
  );
  if (!used) throw tokenInvalid();
  const { accountId, ...address } = used;
  return { accountId, address };
}

/**
 * Whoever was let in by the old password is not let go on, and what would set another is good for nothing any more, nor is
 * what was to change the address: whoever knew the old one may have asked for it.
 */
async function afterNewPassword(
  query: Query,
  accountId: string,
  session: string | null,
  act: AuditedAct,
): Promise<void> {
  await query(sql`delete from sessions where account_id = ${accountId} and id is distinct from ${session}`);
  await query(
    sql`delete from account_mails m using accounts a
        where a.id = ${accountId} and m.account_id = a.id and m.kind = 'VERIFY' and m.email_hash <> a.email_hash`,
  );
  await forget(query, accountId, "RESET", act);
}

/** Somebody else's change is found out by whoever reads the account's mail. */
async function tell(query: Query, accountId: string): Promise<void> {
  const address = await addressOf(query, accountId);
  await putMail(query, { kind: "PASSWORD_CHANGED", address, accountId, language: null, token: null });
}

/**
 * Mails of a kind that were sent bring nothing any more, and those that were not are not sent.
 *
 * @param act noted in the same statement.
 */
async function forget(query: Query, accountId: string, kind: MailKind, act?: AuditedAct): Promise<void> {
  const noting = act ? sql`with noted as (${auditInsert(act)})` : empty;
  await query(sql`${noting} delete from account_mails where account_id = ${accountId} and kind = ${kind}`);
}

async function addressOf(query: Query, accountId: string): Promise<SealedAddress> {
  const [address] = await query<SealedAddress>(
    sql`select email_sealed, email_hash from accounts where id = ${accountId}`,
  );
  if (!address) throw new Refusal(null, "ACCOUNT_GONE", "The account of this session is gone.");
  return address;
}

/** @throws Refusal EMAIL_TAKEN. */
async function checkFree(query: Query, accountId: string, hashes: readonly string[]): Promise<void> {
  const others = await query(
    sql`select 1 from accounts where email_hash = any(${hashes}::text[]) and id <> ${accountId}`,
  );
  if (others.length > 0) throw emailTaken();
}
