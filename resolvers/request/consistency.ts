import { LRUCache } from "lru-cache";

import { type Tenant } from "../../datasources/core/tenant.js";
import { createSeal } from "./cursor.js";
import { clientError } from "./errors.js";

/** Header that carries a token: of a request what it wants to read, of an answer what it has written. */
export const CONSISTENCY_HEADER = "x-marquee-consistency";
/** Request header that asks for `extensions.freshness` where nothing is late. */
export const FRESHNESS_HEADER = "x-marquee-freshness";

/**
 * Tokens that say: answer with at least what was written by then. Signed, good for one tenant, and ordered: of two the
 * greater text stands for both.
 */
export interface ConsistencyTokens {
  /** @param xid the id of the transaction that wrote. */
  encode(tenant: Tenant, xid: number): string;
  /**
   * The id of the latest of the transactions.
   *
   * @param tokens one token, or several with commas between, as HTTP joins a header that is sent twice.
   * @throws INVALID_CONSISTENCY_TOKEN when one is damaged, forged or of another tenant.
   */
  decode(tenant: Tenant, tokens: string): number;
}

/** As many digits as the largest whole number of JavaScript has in base 36, so that texts are ordered as numbers are. */
const DIGITS = 11;
const FORM = /^([0-9a-z]{11})-([\w-]+)$/;

/** Tokens that are remembered: writes that share a transaction are answered the same, each of them twice. */
const REMEMBERED = 100;

/** Consistency tokens are `<transaction, base 36>-<seal>`: places in the stream of a tenant's writes. */
export function createConsistencyTokens(signingKey: Uint8Array): ConsistencyTokens {
  const seal = createSeal(signingKey, "marquee consistency");
  const made = new LRUCache<string, string>({ max: REMEMBERED });
  const make = (tenant: Tenant, xid: number) => {
    const place = xid.toString(36).padStart(DIGITS, "0");
    return `${place}-${seal.of(String(tenant.id), place).toString("base64url")}`;
  };
  const encode = (tenant: Tenant, xid: number) => {
    const key = `${tenant.id} ${xid}`;
    const token = made.get(key) ?? make(tenant, xid);
    made.set(key, token);
    return token;
  };
  const decode = (tenant: Tenant, token: string) => {
    const [, place = "", tag = ""] = FORM.exec(token) ?? [];
    if (!seal.fits(String(tenant.id), place, Buffer.from(tag, "base64url"))) throw invalid();
    return Number.parseInt(place, 36);
  };
  return {
    encode,
    decode: (tenant, tokens) => Math.max(...tokens.split(",").map((token) => decode(tenant, token.trim()))),
  };
}

function invalid() {
  const accepted = "a consistencyToken that a mutation of this tenant has answered with";
  return clientError(
    "INVALID_CONSISTENCY_TOKEN",
    `${CONSISTENCY_HEADER}: this token is damaged or of another tenant. Accepted: ${accepted}.`,
    { field: CONSISTENCY_HEADER, accepted },
  );
}
