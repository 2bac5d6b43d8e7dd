import { type Tenant } from "../../datasources/core/tenant.js";
import { type Cursors } from "./cursor.js";
import { clientError } from "./errors.js";

/** Request header that carries a token back. */
export const CONSISTENCY_HEADER = "x-marquee-consistency";
/** Request header that asks for `extensions.freshness` where nothing is late. */
export const FRESHNESS_HEADER = "x-marquee-freshness";

/** Tokens that say: answer with at least what was written by then. Opaque, signed, good for one tenant. */
export interface ConsistencyTokens {
  /** @param xid the id of the transaction that wrote. */
  encode(tenant: Tenant, xid: number): string;
  /**
   * The id of the transaction.
   *
   * @throws INVALID_CONSISTENCY_TOKEN when the token is damaged, forged or of another tenant.
   */
  decode(tenant: Tenant, token: string): number;
}

/** Consistency tokens are cursors into the stream of a tenant's writes. */
export function createConsistencyTokens(cursors: Cursors): ConsistencyTokens {
  const listOf = (tenant: Tenant) => `${tenant.id} consistency`;
  return {
    encode: (tenant, xid) => cursors.encode(listOf(tenant), { value: xid, id: "" }),
    decode(tenant, token) {
      try {
        return Number(cursors.decode(listOf(tenant), token, CONSISTENCY_HEADER).value);
      } catch {
        const accepted = "a consistencyToken that a mutation of this tenant has answered with";
        throw clientError(
          "INVALID_CONSISTENCY_TOKEN",
          `${CONSISTENCY_HEADER}: this token is damaged or of another tenant. Accepted: ${accepted}.`,
          { field: CONSISTENCY_HEADER, accepted },
        );
      }
    },
  };
}
