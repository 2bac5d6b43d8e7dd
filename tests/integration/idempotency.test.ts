import { randomUUID } from "node:crypto";

import { describe, expect, it } from "vitest";

import { useShop } from "../support/checkouts.js";

/** Keys and concurrent tries of each. `MARQUEE_TEST_KEYS=1000` is the full size. */
const KEYS = Number(process.env.MARQUEE_TEST_KEYS ?? 100);
const TRIES = 50;
const KEYS_AT_ONCE = 2;

// No worker: what is counted is what the mutations' transactions leave.
const shop = useShop();

async function count(table: string): Promise<number> {
  const [row] = await shop.database.query<{ n: number }>(`select count(*)::int as n from ${table}`);
  return row!.n;
}

describe("an idempotency key", () => {
  it(`has one effect: ${KEYS} keys, ${TRIES} concurrent tries each`, { timeout: 300_000 }, async () => {
    const accounts = Array.from({ length: KEYS }, () => randomUUID());
    await shop.stores.accounts.putAccounts(
      shop.tenant,
      accounts.map((id) => ({
        id,
        email: `${id}@example.com`,
        passwordHash: "$scrypt$none",
        roles: ["VIEWER"],
        country: "US",
        planId: null,
        profiles: [],
      })),
    );
    const before = await count("shared.checkouts");
    const started = performance.now();
    const answers: string[][] = [];
    // A few keys at once: whoever waits too long for a connection is turned away.
    for (let at = 0; at < KEYS; at += KEYS_AT_ONCE) {
      const tried = accounts
        .slice(at, at + KEYS_AT_ONCE)
        .map((account) =>
          Promise.all(Array.from({ length: TRIES }, () => shop.subscribe(account, { key: "the key" }))),
        );
      answers.push(...(await Promise.all(tried)));
    }
    const seconds = (performance.now() - started) / 1000;
    console.log(`${KEYS} keys x ${TRIES} tries: ${KEYS * TRIES} answers in ${seconds.toFixed(1)} s`);
    for (const same of answers) expect(new Set(same).size).toBe(1);
    expect(new Set(answers.flat()).size).toBe(KEYS);
    expect((await count("shared.checkouts")) - before).toBe(KEYS);
    expect(await count("shared.subscriptions")).toBe(KEYS);
    expect(await count("graphile_worker.jobs")).toBe(KEYS);
  });

  it("with another input is refused, and says so", async () => {
    const account = await shop.newAccount();
    await shop.subscribe(account, { key: "k" });
    await expect(shop.subscribe(account, { key: "k", plan: "PREMIUM" })).rejects.toMatchObject({
      field: "idempotencyKey",
      code: "IDEMPOTENCY_KEY_REUSED",
    });
    await expect(shop.subscribe(account, { key: "k", method: "pm_other" })).rejects.toMatchObject({
      code: "IDEMPOTENCY_KEY_REUSED",
    });
  });

  it("answers whoever comes while the first is at work what the first is answered", async () => {
    const account = await shop.newAccount();
    const [first, second] = await Promise.all([
      shop.subscribe(account, { key: "same" }),
      shop.subscribe(account, { key: "same" }),
    ]);
    expect(second).toBe(first);
  });

  it("belongs to one account, and to one operation", async () => {
    const [one, other] = [await shop.newAccount(), await shop.newAccount("BASIC")];
    const first = await shop.subscribe(one, { key: "shared" });
    await expect(shop.subscribe(await shop.newAccount(), { key: "shared" })).resolves.not.toBe(first);
    await shop.stores.checkouts.cancel(shop.tenant, other, "shared");
    await expect(shop.subscribe(other, { key: "shared" })).rejects.toMatchObject({
      code: "ALREADY_SUBSCRIBED",
    });
  });

  it("of work that was refused may be used again", async () => {
    const account = await shop.newAccount();
    await expect(shop.subscribe(account, { key: "again", plan: "GOLD" })).rejects.toMatchObject({
      code: "PLAN_NOT_FOUND",
    });
    await expect(shop.subscribe(account, { key: "again" })).resolves.toEqual(expect.any(String));
  });

  it.each(["", "x".repeat(256), "a\0b"])("is not any text", async (key) => {
    await expect(shop.subscribe(await shop.newAccount(), { key })).rejects.toMatchObject({
      code: "IDEMPOTENCY_KEY_INVALID",
    });
  });
});
