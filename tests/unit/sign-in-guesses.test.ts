import { describe, expect, it } from "vitest";

import { type Limits } from "../../datasources/budgets/limits.js";
import { type Attempt, type Guess } from "../../resolvers/request/sign-in-guesses.js";
import { RefusedAttempts } from "../../src/budgets/refused-attempts.js";
import { LimitedGuesses } from "../../src/budgets/sign-in-guesses.js";

/** Limits of one window that does not end. @param asked told what a store would be asked for. */
function limits(asked: string[] = []): Limits {
  return {
    limit: ({ name, points }) => {
      const taken = new Map<string, number>();
      const add = (holder: string, count: number) => {
        asked.push(name);
        const sum = (taken.get(holder) ?? 0) + count;
        taken.set(holder, sum);
        return sum;
      };
      return {
        take: async (holder) => add(holder, 1) <= points,
        isUsedUp: (holder) => (taken.get(holder) ?? 0) > points,
        giveBack: async (holder) => void add(holder, -1),
      };
    },
    remembered: (name) => {
      const noted = new Set<string>();
      return {
        has: async (holder) => Boolean(asked.push(name)) && noted.has(holder),
        note: async (holder) => void noted.add(holder),
      };
    },
  };
}

const open = () => new LimitedGuesses(limits());
const from = (address: string, account = "ann"): Guess => ({
  tenant: "m",
  account,
  address,
  familiar: false,
});

/** How many of so many guesses are evaluated, each of them wrong. */
async function evaluated(guesses: LimitedGuesses, count: number, of: (n: number) => Guess) {
  let admitted = 0;
  for (let n = 0; n < count; n += 1) if (await guesses.admit(of(n))) admitted += 1;
  return admitted;
}

/** Addresses, each of a network of its own. */
const network = (n: number) => `10.${n >> 8}.${n & 255}.1`;

describe("guesses", () => {
  it("are evaluated ten a minute for an account, whichever addresses they come from", async () => {
    expect(await evaluated(open(), 1_000, (n) => from(network(n)))).toBe(10);
    expect(await evaluated(open(), 1_000, (n) => from(`2001:db8:${n}::1::/64`))).toBe(10);
  });

  it("of a network that has tried the account take a part of these, whichever addresses of it they come from", async () => {
    for (const of of [() => from("192.0.2.1"), (n: number) => from(`192.0.2.${n}`)]) {
      const guesses = open();
      expect(await evaluated(guesses, 1_000, of)).toBe(7);
      expect(await guesses.admit(from("198.51.100.1"))).not.toBeNull();
    }
    const guesses = open();
    expect(await evaluated(guesses, 1_000, (n) => from(`2001:db8:1:${n}::/64`))).toBe(7);
    expect(await guesses.admit(from("2001:db8:2:1::/64"))).not.toBeNull();
  });

  it("are limited for an address and for a tenant, whichever accounts they are for", async () => {
    expect(await evaluated(open(), 500, (n) => from("192.0.2.1", `a${n}`))).toBe(100);
    expect(await evaluated(open(), 2_000, (n) => from(network(n), `a${n}`))).toBe(1_000);
  });

  it("of ten addresses that try all they may leave something of the tenant's to others", async () => {
    const guesses = open();
    expect(await evaluated(guesses, 1_000, (n) => from(network(n % 10), `a${n}`))).toBe(800);
    expect(await evaluated(guesses, 1_000, (n) => from(network(n % 10), `b${n}`))).toBe(0);
    expect(await evaluated(guesses, 10, (n) => from(network(n + 10), `c${n}`))).toBe(10);
  });

  it("that are refused take nothing from anybody else", async () => {
    const guesses = open();
    expect(await evaluated(guesses, 2_000, () => from("192.0.2.1"))).toBe(7);
    expect(await evaluated(guesses, 200, (n) => from("192.0.2.1", `a${n}`))).toBe(93);
    expect(await evaluated(guesses, 10, (n) => from(network(n + 2), "a95"))).toBe(10);
  });

  it("do not keep the owner out who has signed in from the address before, whoever else is at it", async () => {
    const guesses = open();
    const owner = from("198.51.100.7");
    await (await guesses.admit(owner))!.right();
    expect(await evaluated(guesses, 1_000, (n) => from(network(n)))).toBe(10);
    // A neighbour behind the same address tries other accounts.
    expect(await evaluated(guesses, 500, (n) => from(owner.address, `a${n}`))).toBe(100);
    for (let n = 0; n < 50; n += 1) await (await guesses.admit(owner))!.right();
    expect(await evaluated(guesses, 100, () => owner)).toBe(10);
  });

  it("do not keep the owner out who has shown from an address what was mailed to the account", async () => {
    const guesses = open();
    expect(await evaluated(guesses, 100, (n) => from(network(n)))).toBe(10);
    const owner = from("198.51.100.7");
    expect(await guesses.admit(owner)).toBeNull();
    await guesses.welcome(owner);
    expect((await guesses.admit(owner))!.familiar).toBe(true);
    expect(await guesses.admit(from(owner.address, "bob"))).toMatchObject({ familiar: false });
  });

  it("do not keep the owner out who brings a token of the account", async () => {
    const guesses = open();
    expect(await evaluated(guesses, 100, (n) => from(network(n)))).toBe(10);
    const owner = (n: number) => ({ ...from(`203.0.113.${n}`), familiar: true });
    for (let n = 0; n < 50; n += 1) await (await guesses.admit(owner(n)))!.right();
    // Of those who have stolen one, all together, wherever they are.
    expect(await evaluated(guesses, 100, (n) => owner(n + 50))).toBe(10);
  });

  it("that are right, or were never tried, are none", async () => {
    const guesses = open();
    for (let n = 0; n < 100; n += 1) await (await guesses.admit(from(network(n))))!.notTried();
    for (let n = 0; n < 100; n += 1) await (await guesses.admit(from("192.0.2.1")))!.notTried();
  });
});

describe("a refused guess", () => {
  /** At a gateway whose clock is told how late it is. */
  function gateway() {
    const asked: string[] = [];
    const clock = { ms: 1, now: () => clock.ms };
    const guesses = new LimitedGuesses(limits(asked), new RefusedAttempts(clock));
    return { asked, clock, guesses };
  }
  const attempt = (
    address: string,
    email = "ann@m.example",
    identity: Attempt["identity"] = null,
  ): Attempt => ({
    tenants: ["m"],
    email,
    address,
    identity,
  });
  const [HERE, THERE] = ["192.0.2.1", "198.51.100.7"];
  /** Takes all that strangers have of the account, and is refused from one address. */
  async function refused() {
    const known = gateway();
    expect(await evaluated(known.guesses, 20, (n) => from(network(n)))).toBe(10);
    known.guesses.noteRefused(attempt(HERE), [from(HERE)]);
    known.asked.length = 0;
    return known;
  }

  it("is refused again for a second, and nothing is asked for that", async () => {
    const { asked, clock, guesses } = await refused();
    expect(await guesses.refuses(attempt(HERE))).toBe(true);
    clock.ms += 999;
    expect(await guesses.refuses(attempt(HERE))).toBe(true);
    expect(asked).toEqual([]);
    clock.ms += 2;
    expect(await guesses.refuses(attempt(HERE))).toBe(false);
  });

  it("from another address is refused where its owner is not known to be, which alone is asked", async () => {
    const { asked, guesses } = await refused();
    expect(await guesses.refuses(attempt(THERE))).toBe(true);
    expect(await guesses.refuses(attempt(THERE))).toBe(true);
    expect(asked).toEqual(["familiar"]);
    await guesses.welcome(from("203.0.113.9"));
    expect(await guesses.refuses(attempt("203.0.113.9"))).toBe(false);
  });

  it("at two tenants is refused where nothing is left at one of them, whichever has the account", async () => {
    const { asked, guesses } = await refused();
    const elsewhere = { ...from(HERE, "account"), tenant: "l" };
    const both = (address: string) => ({ ...attempt(address), tenants: ["m", "l"] });
    for (const [n, order] of (
      [
        [from(HERE), elsewhere],
        [elsewhere, from(HERE)],
      ] as const
    ).entries()) {
      const email = { email: `ann${n}@m.example` };
      guesses.noteRefused({ ...both(HERE), ...email }, order);
      asked.length = 0;
      expect(await guesses.refuses({ ...both(THERE), ...email })).toBe(true);
      expect(asked).toEqual(["familiar", "familiar"]);
    }
  });

  it("from another address is looked at where something is left to who comes from there", async () => {
    const { guesses } = gateway();
    expect(await evaluated(guesses, 20, () => from(HERE))).toBe(7);
    guesses.noteRefused(attempt(HERE), [from(HERE)]);
    expect(await guesses.refuses(attempt(HERE))).toBe(true);
    expect(await guesses.refuses(attempt(THERE))).toBe(false);
  });

  it("says nothing of another address, another tenant, or whoever brings a token", async () => {
    const { guesses } = await refused();
    expect(await guesses.refuses(attempt(HERE, "bob@m.example"))).toBe(false);
    expect(await guesses.refuses({ ...attempt(HERE), tenants: ["l"] })).toBe(false);
    expect(await guesses.refuses(attempt(HERE, "ann@m.example", { tenant: "m", account: "ann" }))).toBe(
      false,
    );
  });

  it("keeps nobody out who has just been made known there, even where it was refused meanwhile", async () => {
    const { guesses } = await refused();
    await guesses.welcome(from(HERE));
    expect(await guesses.refuses(attempt(HERE))).toBe(false);
    guesses.noteRefused(attempt(HERE), [from(HERE)]);
    expect(await guesses.refuses(attempt(HERE))).toBe(false);
  });

  it("takes nothing that it would give back", async () => {
    const { asked, guesses } = gateway();
    expect(await evaluated(guesses, 101, (n) => from(HERE, `a${n}`))).toBe(100);
    asked.length = 0;
    expect(await guesses.admit(from(HERE, "another"))).toBeNull();
    expect(asked).toEqual(["familiar"]);
  });
});

describe("sign-ups", () => {
  const admitted = async (guesses: LimitedGuesses, count: number, of: (n: number) => string) => {
    let taken = 0;
    for (let n = 0; n < count; n += 1) if (await guesses.maySignUp("m", of(n))) taken += 1;
    return taken;
  };

  it("are taken sixty a minute from an address, and two hundred at a tenant", async () => {
    expect(await admitted(open(), 100, () => "192.0.2.1")).toBe(60);
    expect(await admitted(open(), 1_000, network)).toBe(200);
  });

  it("of a network take a part of the tenant's", async () => {
    const guesses = open();
    expect(await admitted(guesses, 255, (n) => `192.0.2.${n}`)).toBe(110);
    expect(await guesses.maySignUp("m", "198.51.100.1")).toBe(true);
    expect(await guesses.maySignUp("l", "192.0.2.1")).toBe(true);
  });
});
