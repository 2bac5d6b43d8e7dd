import { describe, expect, it } from "vitest";

import { BudgetedGuesses } from "../../src/budgets/sign-in-guesses.js";

const ledger = { add: () => Promise.reject(new Error("down")), forget: () => Promise.resolve() };
const open = () => new BudgetedGuesses(ledger, new Uint8Array(32));
const from = (address: string, account = "ann") => ({ tenant: "m", account, address });

/** How many of so many guesses are evaluated, each of them wrong. */
async function evaluated(
  guesses: BudgetedGuesses,
  count: number,
  of: (n: number) => ReturnType<typeof from>,
) {
  let admitted = 0;
  for (let n = 0; n < count; n += 1) if (await guesses.admit(of(n))) admitted += 1;
  return admitted;
}

describe("guesses", () => {
  it("are evaluated ten a minute for an account, whichever addresses they come from", async () => {
    expect(await evaluated(open(), 1_000, () => from("192.0.2.1"))).toBe(10);
    expect(await evaluated(open(), 1_000, (n) => from(`192.0.2.${n}`))).toBe(10);
  });

  it("are limited for an address and for a tenant, whichever accounts they are for", async () => {
    expect(await evaluated(open(), 500, (n) => from("192.0.2.1", `a${n}`))).toBe(100);
    expect(await evaluated(open(), 2_000, (n) => from(`192.0.2.${n}`, `a${n}`))).toBe(1_000);
  });

  it("do not keep the owner out, who has signed in from the address before", async () => {
    const guesses = open();
    const owner = from("198.51.100.7");
    expect(await guesses.admit(owner)).toBe(true);
    await guesses.right(owner);
    expect(await evaluated(guesses, 1_000, (n) => from(`192.0.2.${n}`))).toBe(10);
    for (let n = 0; n < 50; n += 1) {
      expect(await guesses.admit(owner)).toBe(true);
      await guesses.right(owner);
    }
    expect(await evaluated(guesses, 100, () => owner)).toBe(10);
  });

  it("that are right, or were never tried, are none", async () => {
    const guesses = open();
    for (let n = 0; n < 100; n += 1) {
      const guess = from(`192.0.2.${n}`);
      expect(await guesses.admit(guess)).toBe(true);
      await guesses.notTried(guess);
    }
  });
});
