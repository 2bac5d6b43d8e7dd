import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";

import { type WrittenAt } from "../../datasources/core/freshness.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { createConsistencyTokens } from "../../resolvers/request/consistency.js";
import { createSeal } from "../../resolvers/request/cursor.js";
import { placedAsTold } from "../../src/http/request-context.js";
import { madeUpTenant } from "../support/tenants.js";

const key = new TextEncoder().encode("a signing key of at least thirty-two bytes");
const tokens = createConsistencyTokens(key);
const tenant = { id: 7 } as Tenant;
const xid = fc.integer({ min: 0, max: 36 ** 9 - 1 });
const epoch = fc.integer({ min: 0, max: 36 ** 2 - 1 });
const written = fc.record({ epoch, xid });
const order = (a: WrittenAt, b: WrittenAt) => a.epoch - b.epoch || a.xid - b.xid;

describe("consistency tokens", () => {
  it("are ordered as texts as their placements are, and within one as their transactions", () => {
    fc.assert(
      fc.property(written, written, (a, b) => {
        const [first, second] = [tokens.encode(tenant, a), tokens.encode(tenant, b)];
        expect(first < second).toBe(order(a, b) < 0);
        expect(first === second).toBe(order(a, b) === 0);
      }),
    );
  });

  it("stand for the latest where several are given, in any order", () => {
    fc.assert(
      fc.property(fc.array(written, { minLength: 1, maxLength: 5 }), (all) => {
        const list = all.map((each) => tokens.encode(tenant, each)).join(", ");
        expect(tokens.decode(tenant, list)).toEqual(all.toSorted(order).at(-1));
      }),
    );
  });

  it("are read where they tell no placement, as tokens once did, or one that they have no digits for", () => {
    const seal = createSeal(key, "marquee consistency");
    const place = (4711).toString(36).padStart(11, "0");
    const old = `${place}-${seal.of(String(tenant.id), place).toString("base64url")}`;
    expect(tokens.decode(tenant, old)).toEqual({ epoch: 0, xid: 4711 });
    expect(old < tokens.encode(tenant, { epoch: 1, xid: 0 })).toBe(true);
    const late = tokens.encode(tenant, { epoch: 36 ** 2, xid: 4711 });
    expect(tokens.decode(tenant, late)).toEqual({ epoch: 0, xid: 4711 });
  });

  it("are refused where a letter was changed, and by another tenant", () => {
    const token = tokens.encode(tenant, { epoch: 1, xid: 4711 });
    for (let at = 0; at < token.length; at += 1) {
      const changed = `${token.slice(0, at)}${token[at] === "0" ? "1" : "0"}${token.slice(at + 1)}`;
      expect(() => tokens.decode(tenant, changed), changed).toThrow(/damaged or of another tenant/);
    }
    expect(() => tokens.decode({ id: 8 } as Tenant, token)).toThrow(/damaged or of another tenant/);
  });
});

describe("the tenant of a request with a token", () => {
  const known = madeUpTenant({ epoch: 2 });
  const asking = async (told: number | null, current: () => Promise<Tenant | null>) => {
    const look = vi.fn(current);
    const placed = await placedAsTold(
      { current: look },
      known,
      told === null ? null : { epoch: told, xid: 1 },
    );
    return { placed, looks: look.mock.calls.length };
  };

  it("is looked for anew where the token is of a placement that nobody has told of yet", async () => {
    const moved = madeUpTenant({ epoch: 3 });
    expect(await asking(3, () => Promise.resolve(moved))).toEqual({ placed: moved, looks: 1 });
  });

  it("is the one that is known where it cannot be looked for, or is not served any more", async () => {
    const stands = { placed: known, looks: 1 };
    expect(await asking(3, () => Promise.reject(new Error("down")))).toEqual(stands);
    expect(await asking(3, () => Promise.resolve(null))).toEqual(stands);
    expect(await asking(3, () => Promise.resolve(madeUpTenant({ epoch: 3, state: "SUSPENDED" })))).toEqual(
      stands,
    );
  });

  it("is looked for by nobody else", async () => {
    for (const told of [null, 0, 1, 2])
      expect(await asking(told, () => Promise.resolve(null))).toEqual({ placed: known, looks: 0 });
  });
});
