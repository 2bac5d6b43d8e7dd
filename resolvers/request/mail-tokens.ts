import { createHash, createHmac, randomUUID } from "node:crypto";

import { type Tenant } from "../../datasources/core/tenant.js";
import { type MailToken } from "../../datasources/mail/mails.js";

/** Tokens that are mailed. Each follows from the id of its mail and a key, so that until it is sent it is kept nowhere. */
export interface MailTokens {
  /** A token for a mail to come. */
  mint(tenant: Tenant): MailToken;
  /** The token of a mail, as the mail brings it: `meridian.…`. */
  of(tenant: Tenant, id: string): string;
}

/** @param key whoever has it knows the tokens of mails by their ids. */
export function createMailTokens(key: Uint8Array): MailTokens {
  const of = (tenant: Tenant, id: string) =>
    `${tenant.slug}.${createHmac("sha256", key).update(`mail ${tenant.id} ${id}`).digest("base64url")}`;
  return {
    mint: (tenant) => {
      const id = randomUUID();
      return { id, hash: hashOfToken(of(tenant, id)) };
    },
    of,
  };
}

/** What is kept of a token. */
export function hashOfToken(token: string): string {
  return createHash("sha256").update(token).digest("base64url");
}
