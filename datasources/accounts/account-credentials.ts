import { type MailLanguage } from "../core/vocabulary.js";
import { type StoreRequest } from "../core/store-request.js";
import { type Tenant } from "../core/tenant.js";
import { type MailToken } from "../mail/mails.js";

/** What a token that was mailed is good for. */
export type TokenKind = "RESET" | "VERIFY";

/** What an account signs in by, and how its owner changes it. Every writing method is one transaction, its mails included. */
export interface AccountCredentials {
  /**
   * Another password, in place of the one that was compared. Every other session of the account ends.
   *
   * @param session the one that goes on.
   * @param told whether its owner is told by mail.
   * @returns false where the password was changed meanwhile.
   */
  changePassword(
    tenant: Tenant,
    change: { accountId: string; session: string | null; from: string; to: string; told: boolean },
  ): Promise<boolean>;
  /** The address that a token was mailed to, while it is good; null otherwise. */
  addressOfToken(request: StoreRequest, kind: TokenKind, tokenHash: string): Promise<string | null>;
  /**
   * Another password for whoever has the token of a mail, which is used up. Every session of the account ends, and the
   * owner is told by mail. An account that an identity provider signs in gets none: it would outlive the provider's word.
   *
   * @returns the account's id.
   * @throws Refusal TOKEN_INVALID.
   */
  resetPassword(tenant: Tenant, tokenHash: string, passwordHash: string): Promise<string>;
  /**
   * The address that the token of a mail was sent to is the account's from now on, and known to be; the token is used up.
   *
   * @returns the account's id.
   * @throws Refusal TOKEN_INVALID, EMAIL_TAKEN.
   */
  verifyEmail(tenant: Tenant, tokenHash: string): Promise<string>;
  /** Has an account live in another country. @param country ISO 3166-1 alpha-2. */
  changeCountry(tenant: Tenant, accountId: string, country: string): Promise<void>;
  /**
   * Has an address verified by mail that is to be the account's, and tells the one that it has.
   *
   * @throws Refusal EMAIL_TAKEN.
   */
  changeEmail(
    tenant: Tenant,
    change: { accountId: string; email: string; token: MailToken; language: MailLanguage | null },
  ): Promise<void>;
}
