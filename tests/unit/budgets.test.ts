import { describe, expect, it } from "vitest";

import { type BudgetLedger, type Spending } from "../../datasources/budgets/budgets.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { Budgets, type BudgetPlan } from "../../src/budgets/budgets.js";
import { addressReader, holdersOf } from "../../src/budgets/holders.js";

const KEY = new Uint8Array(32);
const plan = (points: Partial<BudgetPlan["points"]>, windowSeconds = 60): BudgetPlan => ({
  points: { principal: null, address: null, key: null, tenant: null, ...points },
  windowSeconds,
});

/** A ledger in memory, as gateways of one deployment share it. */
class Ledger implements BudgetLedger {
  readonly points = new Map<string, number>();
  calls = 0;

  add(spendings: readonly Spending[]) {
    this.calls += 1;
    return Promise.resolve(
      spendings.map(({ holder, points, windowSeconds }) => {
        const spent = (this.points.get(holder) ?? 0) + points;
        this.points.set(holder, spent);
        return { holder, points: spent, secondsLeft: windowSeconds };
      }),
    );
  }

  forget = () => Promise.resolve();
}

class BrokenLedger extends Ledger {
  override add = () => Promise.reject(new Error("down"));
}

const open = (points: Partial<BudgetPlan["points"]>, ledger: BudgetLedger = new Ledger()) =>
  new Budgets(plan(points), ledger, KEY);

describe("budgets", () => {
  it("are taken from until one does not suffice, which then loses nothing", async () => {
    const budgets = open({ principal: 100, tenant: 150 });
    const ann = { principal: "ann", tenant: "m", address: "1.2.3.4" };
    expect(await budgets.take(ann, 60)).toMatchObject({
      short: null,
      standings: [
        { of: "principal", limit: 100, remaining: 40 },
        { of: "tenant", limit: 150, remaining: 90 },
      ],
    });
    const refused = await budgets.take(ann, 50);
    expect(refused.short).toMatchObject({ of: "principal", remaining: 40, resetSeconds: 60 });
    expect(refused.standings).toMatchObject([{ remaining: 40 }, { remaining: 90 }]);
    expect(await budgets.take(ann, 40)).toMatchObject({
      short: null,
      standings: [{ remaining: 0 }, { remaining: 50 }],
    });
    const bob = await budgets.take({ principal: "bob", tenant: "m" }, 60);
    expect(bob.short).toMatchObject({ of: "tenant", remaining: 50 });
  });

  it("are corrected by what a request has cost", async () => {
    const budgets = open({ address: 100 });
    const holders = { address: "1.2.3.4" };
    await budgets.take(holders, 90);
    expect(await budgets.settle(holders, 90, 10)).toMatchObject([{ remaining: 90 }]);
    expect(await budgets.settle(holders, 0, 30)).toMatchObject([{ remaining: 60 }]);
  });

  it("are not made larger by what comes back after their window", async () => {
    const budgets = open({ address: 100 });
    expect(await budgets.settle({ address: "late" }, 90, 10)).toMatchObject([{ remaining: 100 }]);
    expect((await budgets.take({ address: "late" }, 101)).short).not.toBeNull();
  });

  it("are shared by gateways that tell one ledger, in one round trip for all holders", async () => {
    const ledger = new Ledger();
    const [one, other] = [open({ principal: 100 }, ledger), open({ principal: 100 }, ledger)];
    for (const principal of ["ann", "bob", "cat"]) await one.take({ principal }, 70);
    await one.tell();
    expect(ledger.calls).toBe(1);
    await other.take({ principal: "ann" }, 10);
    await other.tell();
    expect(await other.take({ principal: "ann" }, 30)).toMatchObject({ short: { remaining: 20 } });
    await one.tell();
    expect(ledger.calls).toBe(2);
    expect([...ledger.points.keys()].join()).not.toMatch(/ann|bob/);
  });

  it("refuse nobody because their ledger is down", async () => {
    const budgets = open({ principal: 100 }, new BrokenLedger());
    for (let n = 0; n < 5; n += 1) {
      expect((await budgets.take({ principal: "ann" }, 20)).short).toBeNull();
      await budgets.tell();
    }
    expect((await budgets.take({ principal: "ann" }, 20)).short).not.toBeNull();
  });

  it("take no memory for each of many addresses", async () => {
    const budgets = open({ address: 1_000_000 });
    const count = 50_050;
    for (let n = 0; n < count; n += 1) await budgets.take({ address: `a${n}` }, 1);
    expect((await budgets.take({ address: "one more" }, 0)).standings).toMatchObject([
      { remaining: 999_950 },
    ]);
  });
});

describe("the address that pays", () => {
  const from = (remoteAddress: string, forwarded?: string) =>
    ({ socket: { remoteAddress }, headers: forwarded ? { "x-forwarded-for": forwarded } : {} }) as never;

  it("is that of the connection, whatever is said by whom nobody trusts", () => {
    const read = addressReader([]);
    expect(read(from("203.0.113.9", "1.1.1.1"))).toBe("203.0.113.9");
    expect(read(from("::ffff:203.0.113.9"))).toBe("203.0.113.9");
  });

  it("is the nearest that no trusted proxy has", () => {
    const read = addressReader(["10.0.0.0/8", "127.0.0.1"]);
    expect(read(from("127.0.0.1", "6.6.6.6, 203.0.113.9, 10.1.2.3"))).toBe("203.0.113.9");
    expect(read(from("203.0.113.7", "6.6.6.6"))).toBe("203.0.113.7");
    expect(read(from("10.0.0.1"))).toBe("10.0.0.1");
  });

  it("is a network, of IPv6", () => {
    const read = addressReader([]);
    expect(read(from("2001:db8:0:1::5"))).toBe(read(from("2001:db8::1:a:b:c:d")));
    expect(read(from("2001:db8:0:2::5"))).not.toBe(read(from("2001:db8:0:1::5")));
    expect(read(from("::1"))).toBe("0:0:0:0::/64");
  });
});

describe("who pays", () => {
  const tenant = { id: 1, slug: "m" } as Tenant;

  it("is an account, or an API key, beside the address and the tenant", () => {
    const ann = { tenant: "m", account: "ann", profile: "p", session: null, roles: null };
    const key = { id: "k", tenant: "m", scope: new Set<string>(), editor: false };
    const paid = { address: "192.0.2.1", tenant: "m" };
    expect(holdersOf(tenant, ann, null, "192.0.2.1")).toEqual({ ...paid, principal: "m ann" });
    expect(holdersOf(tenant, null, key, "192.0.2.1")).toEqual({ ...paid, key: "m k" });
    expect(holdersOf(tenant, null, null, "192.0.2.1")).toEqual(paid);
  });
});
