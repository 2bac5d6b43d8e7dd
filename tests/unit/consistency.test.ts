import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { type Tenant } from "../../datasources/core/tenant.js";
import { createConsistencyTokens } from "../../resolvers/request/consistency.js";

const tokens = createConsistencyTokens(
  new TextEncoder().encode("a signing key of at least thirty-two bytes"),
);
const tenant = { id: 7 } as Tenant;
const xid = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });

describe("consistency tokens", () => {
  it("are ordered as texts as their transactions are", () => {
    fc.assert(
      fc.property(xid, xid, (a, b) => {
        const [first, second] = [tokens.encode(tenant, a), tokens.encode(tenant, b)];
        expect(first < second).toBe(a < b);
        expect(first === second).toBe(a === b);
      }),
    );
  });

  it("stand for the latest where several are given, in any order", () => {
    fc.assert(
      fc.property(fc.array(xid, { minLength: 1, maxLength: 5 }), (xids) => {
        const list = xids.map((each) => tokens.encode(tenant, each)).join(", ");
        expect(tokens.decode(tenant, list)).toBe(Math.max(...xids));
      }),
    );
  });

  it("are refused where a letter was changed, and by another tenant", () => {
    const token = tokens.encode(tenant, 4711);
    for (let at = 0; at < token.length; at += 1) {
      const changed = `${token.slice(0, at)}${token[at] === "0" ? "1" : "0"}${token.slice(at + 1)}`;
      expect(() => tokens.decode(tenant, changed), changed).toThrow(/damaged or of another tenant/);
    }
    expect(() => tokens.decode({ id: 8 } as Tenant, token)).toThrow(/damaged or of another tenant/);
  });
});
