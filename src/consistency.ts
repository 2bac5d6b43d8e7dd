import { type Tenant } from "../datasources/tenant.js";
import { type Cursors } from "./cursor.js";

const HEADER = "x-marquee-consistency";

/** Tokens that say: answer with at least what was written by then. Opaque, signed, good for one tenant. */
export interface ConsistencyTokens {
  /** @param xid the id of the transaction that wrote. */
  encode(tenant: Tenant, xid: number): string;
  /** @throws INVALID_CURSOR when it is damaged, forged or of another tenant. */
  decode(tenant: Tenant, token: string): number;
}

export function createConsistencyTokens(cursors: Cursors): ConsistencyTokens {
  const listOf = (tenant: Tenant) => `${tenant.id} consistency`;
  return {
    encode: (tenant, xid) => cursors.encode(listOf(tenant), { value: xid, id: "" }),
    decode: (tenant, token) => Number(cursors.decode(listOf(tenant), token, HEADER).value),
  };
}
