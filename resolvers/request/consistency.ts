import { LRUCache } from "lru-cache";

import { type WrittenAt } from "../../datasources/core/freshness.js";
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
  /** @param written the transaction that wrote. */
  encode(tenant: Tenant, written: WrittenAt): string;
  /**
   * The latest of the transactions; of those in several placements, the one in the latest of these.
   *
   * @param tokens one token, or several with commas between, as HTTP joins a header that is sent twice.
   * @throws INVALID_CONSISTENCY_TOKEN when one is damaged, forged or of another tenant.
   */
  decode(tenant: Tenant, tokens: string): WrittenAt;
}

/**
 * Digits in base 36: of the tenant's placement, then of the transaction, so that texts are ordered by the one and then by the
 * other. Together as many as tokens had before they told placements: those are read as of placement 0, which there is none
 * of, and a gateway that knows no placements reads a transaction yet to come, and waits for everything too. Nine digits are
 * enough for 30 years of 100,000 transactions a second.
 */
const EPOCH_DIGITS = 2;
const XID_DIGITS = 9;
const FORM = /^([0-9a-z]{11})-([\w-]+)$/;
/** The last placement that can be told; later ones are told as not known, so that everything is waited for. */
const LAST_EPOCH = 36 ** EPOCH_DIGITS - 1;

/** Tokens that are remembered: writes that share a transaction are answered the same, each of them twice. */
const REMEMBERED = 100;

/** Consistency tokens are `<placement and transaction, base 36>-<seal>`: places in the stream of a tenant's writes. */
export function createConsistencyTokens(signingKey: Uint8Array): ConsistencyTokens {
  const seal = createSeal(signingKey, "marquee consistency");
  const made = new LRUCache<string, string>({ max: REMEMBERED });
  const make = (tenant: Tenant, place: string) =>
    `${place}-${seal.of(String(tenant.id), place).toString("base64url")}`;
  const encode = (tenant: Tenant, written: WrittenAt) => {
    const place = placeOf(written);
    const key = `${tenant.id} ${place}`;
    const token = made.get(key) ?? make(tenant, place);
    made.set(key, token);
    return token;
  };
  const decode = (tenant: Tenant, token: string) => {
    const [, place = "", tag = ""] = FORM.exec(token) ?? [];
    if (!seal.fits(String(tenant.id), place, Buffer.from(tag, "base64url"))) throw invalid();
    return place;
  };
  return {
    encode,
    decode: (tenant, tokens) => {
      const places = tokens.split(",").map((token) => decode(tenant, token.trim()));
      return writtenAt(places.sort().at(-1) ?? "");
    },
  };
}

function placeOf({ epoch, xid }: WrittenAt): string {
  const told = epoch > LAST_EPOCH ? 0 : epoch;
  return told.toString(36).padStart(EPOCH_DIGITS, "0") + xid.toString(36).padStart(XID_DIGITS, "0");
}

function writtenAt(place: string): WrittenAt {
  const [epoch, xid] = [place.slice(0, EPOCH_DIGITS), place.slice(EPOCH_DIGITS)];
  return { epoch: Number.parseInt(epoch, 36), xid: Number.parseInt(xid, 36) };
}

function invalid() {
  const accepted = "a consistencyToken that a mutation of this tenant has answered with";
  return clientError(
    "INVALID_CONSISTENCY_TOKEN",
    `${CONSISTENCY_HEADER}: this token is damaged or of another tenant. Accepted: ${accepted}.`,
    { field: CONSISTENCY_HEADER, accepted },
  );
}
