import { type MailKind, type MailLanguage } from "../core/vocabulary.js";
import { type Tenant } from "../core/tenant.js";

/** The task that sends a mail. */
export const MAIL_TASK = "mail";

/** The token that a mail brings: known by its mail's id to whoever has the key, and stored by its hash alone. */
export interface MailToken {
  /** Id of the mail. */
  id: string;
  /** SHA-256, in base64url. */
  hash: string;
}

/** A mail that is to be sent. */
export interface NewMail {
  kind: MailKind;
  email: string;
  /** Null where only the address is known, which may be nobody's. */
  accountId: string | null;
  /** What the account's own language stands before; null: none is known. */
  language: MailLanguage | null;
  /** What it brings; null: nothing. */
  token: MailToken | null;
}

/** A mail whose turn it is. */
export interface DueMail {
  id: string;
  kind: MailKind;
  email: string;
  language: MailLanguage;
  attempts: number;
}

/** Mails on their way. They are put there in the transaction of what they tell of, and sent by a job. */
export interface Mails {
  /** Puts a mail on its way. */
  put(tenant: Tenant, mail: NewMail): Promise<void>;
  /**
   * Takes a mail to be sent; nobody else does for a while. For a new password none is sent to whom an identity provider
   * signs in: they have none here.
   *
   * @returns null where it was sent, is over, or is to nobody.
   */
  claim(tenant: Tenant, id: string): Promise<DueMail | null>;
  /** It was sent, or never will be. */
  done(tenant: Tenant, id: string): Promise<void>;
  /** It is to be tried again. */
  later(tenant: Tenant, id: string, delayMs: number): Promise<void>;
}
