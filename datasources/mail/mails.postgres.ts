import { MAIL_LANGUAGES } from "../core/vocabulary.js";
import { addressHashes } from "../accounts/addresses.js";
import { isOutside } from "../accounts/outside-accounts.postgres.js";
import { keyOf, type KeptKey, type PersonKeys } from "../accounts/person-keys.postgres.js";
import { type Tenant } from "../core/tenant.js";
import { sql, type PostgresStore, type Query } from "../engines/postgres/store.postgres.js";
import { putMail } from "./mail-rows.postgres.js";
import { MAIL_TASK, type DueMail, type Mails, type NewMail } from "./mails.js";

/** Time that sending may take before another may try as well. Seconds. */
const HOLD_SECONDS = 120;

type SealedDue = Omit<DueMail, "email"> & { sealed: Buffer; account: string; key: KeptKey };

/** Mails beside the accounts that they are to. */
export class PostgresMails implements Mails {
  constructor(
    private readonly postgres: PostgresStore,
    private readonly keys: PersonKeys,
  ) {}

  async put(tenant: Tenant, { email, ...mail }: NewMail): Promise<void> {
    const hash = await this.keys.hashing(tenant);
    await this.postgres.transaction(tenant, async (query) => {
      const seal =
        mail.accountId === null ? null : await this.keys.forWritingOf(query, tenant, mail.accountId);
      const email_sealed = seal && seal.seal("address", email);
      const email_hash = await keptHash(query, addressHashes(email, hash));
      await putMail(query, { ...mail, address: { email_sealed, email_hash } });
    });
  }

  claim(tenant: Tenant, id: string): Promise<DueMail | null> {
    return this.postgres.transaction(tenant, async (query) => {
      const [due] = await query<SealedDue>(
        sql`update account_mails m
            set attempts = m.attempts + 1, account_id = a.id, language = coalesce(a.language, m.language),
              email_sealed = case when m.account_id is null then a.email_sealed else m.email_sealed end
            from accounts a
            where m.id = ${id} and m.sent_at is null and m.expires_at > now()
              and case when m.account_id is null then a.email_hash = m.email_hash else a.id = m.account_id end
              and ${keyOf(sql`a.id`)} is not null and not (m.kind = 'RESET' and ${isOutside(sql`a.id`)})
            returning m.id, m.kind, m.email_sealed as sealed, a.id as account, ${keyOf(sql`a.id`)} as key,
                      coalesce(m.language, ${MAIL_LANGUAGES[0]}) as language, m.attempts`,
      );
      // What is over opens nothing, and who asked for a mail to an address that nobody has is forgotten.
      await query(
        sql`delete from account_mails where expires_at <= now() or (id = ${id} and account_id is null)`,
      );
      if (due)
        await query(
          sql`select marquee.hold_saga(${MAIL_TASK}, ${id}, make_interval(secs => ${HOLD_SECONDS}))`,
        );
      else await query(sql`select marquee.end_saga(${MAIL_TASK}, ${id})`);
      return due ? this.#opened(tenant, due) : null;
    });
  }

  async done(tenant: Tenant, id: string): Promise<void> {
    await this.postgres.transaction(tenant, async (query) => {
      await query(sql`update account_mails set sent_at = now() where id = ${id}`);
      // What brings nothing is of no use any more.
      await query(sql`delete from account_mails where id = ${id} and token_hash is null`);
      await query(sql`select marquee.end_saga(${MAIL_TASK}, ${id})`);
    });
  }

  async later(tenant: Tenant, id: string, delayMs: number): Promise<void> {
    await this.postgres.transaction(tenant, (query) =>
      query(
        sql`select marquee.schedule_saga(${MAIL_TASK}, ${id}, make_interval(secs => ${delayMs / 1_000}))`,
      ),
    );
  }

  async #opened(tenant: Tenant, { sealed, account, key, ...due }: SealedDue): Promise<DueMail | null> {
    const seal = await this.keys.of(tenant, account, key);
    return seal && { ...due, email: seal.text("address", sealed) };
  }
}

/** Of the hashes that an address may be found by the one that an account has; the first where none has any. */
async function keptHash(query: Query, hashes: readonly [string, ...string[]]): Promise<string> {
  const [kept] = await query<{ hash: string }>(
    sql`select email_hash as hash from accounts where email_hash = any(${hashes}::text[])
        order by array_position(${hashes}::text[], email_hash) limit 1`,
  );
  return kept?.hash ?? hashes[0];
}
