import { MAIL_LANGUAGES } from "../core/vocabulary.js";
import { type Tenant } from "../core/tenant.js";
import { sql, type PostgresStore } from "../engines/postgres/store.postgres.js";
import { putMail } from "./mail-rows.postgres.js";
import { MAIL_TASK, type DueMail, type Mails, type NewMail } from "./mails.js";

/** Time that sending may take before another may try as well. Seconds. */
const HOLD_SECONDS = 120;

/** Mails beside the accounts that they are to. */
export class PostgresMails implements Mails {
  constructor(private readonly postgres: PostgresStore) {}

  async put(tenant: Tenant, mail: NewMail): Promise<void> {
    await this.postgres.transaction(tenant, (query) => putMail(query, mail));
  }

  claim(tenant: Tenant, id: string): Promise<DueMail | null> {
    return this.postgres.transaction(tenant, async (query) => {
      const [due] = await query<DueMail>(
        sql`update account_mails m
            set attempts = m.attempts + 1, account_id = a.id,
              email = case when m.account_id is null then a.email else m.email end, language = coalesce(a.language, m.language)
            from accounts a
            where m.id = ${id} and m.sent_at is null and m.expires_at > now()
              and case when m.account_id is null then lower(a.email) = lower(m.email) else a.id = m.account_id end
            returning m.id, m.kind, m.email, coalesce(m.language, ${MAIL_LANGUAGES[0]}) as language, m.attempts`,
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
      return due ?? null;
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
}
