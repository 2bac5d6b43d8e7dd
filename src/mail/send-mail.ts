import { wordsOf } from "../../packages/told-errors/index.js";
import { type Mails } from "../../datasources/mail/mails.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { pauseAfter } from "../jobs/pauses.js";
import { type MailTokens } from "../../resolvers/request/mail-tokens.js";
import { writtenMail } from "./mail-texts.js";
import { MailRefusedError, type Mailer } from "./mailer.js";

/** Before a mail is tried again. */
const PAUSES = { firstMs: 1_000, longestMs: 900_000 };

/** What mails are sent with. */
export interface MailTools {
  mails: Mails;
  mailer: Mailer;
  tokens: MailTokens;
  /** @see MailSettings.link */
  link: string | null;
  warn: (line: string) => void;
}

/**
 * Sends a mail, whoever has begun to and was killed. A server that does not take it now is asked again until what the
 * mail brings is over. Where a process ends between sending and noting that, it is sent twice, with the same id.
 */
export async function sendMail(tools: MailTools, tenant: Tenant, id: string): Promise<void> {
  const { mails, mailer, tokens, link, warn } = tools;
  const due = await mails.claim(tenant, id);
  if (!due) return;
  try {
    await mailer.send(writtenMail(due, tenant, tokens.of(tenant, id), link));
  } catch (error) {
    if (!(error instanceof MailRefusedError)) {
      warn(`A mail was not sent and will be tried again: ${wordsOf(error)}`);
      return mails.later(tenant, id, pauseAfter(due.attempts, PAUSES));
    }
    warn(`A mail will not be sent: it was ${error.message}`);
  }
  await mails.done(tenant, id);
}
