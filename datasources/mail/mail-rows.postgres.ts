import { randomUUID } from "node:crypto";

import { type MailKind } from "../core/vocabulary.js";
import { sql, type Query } from "../engines/postgres/store.postgres.js";
import { MAIL_TASK, type NewMail } from "./mails.js";

/**
 * How long what a mail brings is good for, and how long it is tried to send one that brings nothing. Seconds. What lets
 * somebody in is short-lived, as OWASP's forgot password cheat sheet asks.
 */
const LIFETIMES: Readonly<Record<MailKind, number>> = {
  RESET: 3_600,
  VERIFY: 3 * 86_400,
  PASSWORD_CHANGED: 86_400,
  EMAIL_CHANGING: 86_400,
};

/** A mail as it is kept: its address sealed for the account that it is of; of nobody's, only what it is found by. */
export interface SealedMail extends Omit<NewMail, "email"> {
  address: { email_sealed: Buffer | null; email_hash: string };
}

/** Puts a mail on its way, in the transaction of what it tells of. */
export async function putMail(query: Query, mail: SealedMail): Promise<void> {
  const { kind, address, accountId, language, token } = mail;
  const id = token?.id ?? randomUUID();
  await query(
    sql`insert into account_mails (tenant_id, id, account_id, kind, email_sealed, email_hash, language, token_hash, expires_at)
        values (current_setting('marquee.tenant')::int, ${id}, ${accountId}, ${kind}, ${address.email_sealed},
                ${address.email_hash}, ${language}, ${token?.hash ?? null}, now() + make_interval(secs => ${LIFETIMES[kind]}))`,
  );
  await query(sql`select marquee.schedule_saga(${MAIL_TASK}, ${id}, interval '0')`);
}
