import { randomUUID } from "node:crypto";

import { beforeAll, describe, expect, it, vi } from "vitest";

import { PATIENCE } from "../support/patience.js";
import { PRICES, useShop } from "../support/checkouts.js";

const shop = useShop();
// Two gateways: every job is one's.
beforeAll(() => Promise.all([shop.startWorker(), shop.startWorker()]));

interface MembershipRow {
  id: string;
  state: string;
  plan_id: string;
  /** Seconds from now. */
  ends_in: number;
  cancelled: boolean;
}

async function membershipOf(account: string): Promise<MembershipRow> {
  const [row] = await shop.database.query<MembershipRow>(
    `select id, state, plan_id, extract(epoch from current_period_end - now())::float as ends_in,
            cancelled_at is not null as cancelled
     from shared.subscriptions where account_id = $1 order by started_at desc limit 1`,
    [account],
  );
  return row!;
}

/** Moves the period of an account's membership so that the share of it is left. */
async function leave(account: string, share: number): Promise<void> {
  await shop.database.query(
    `update shared.subscriptions set period_start = now() - $2 * interval '10 days',
       current_period_end = now() + $3 * interval '10 days' where account_id = $1`,
    [account, 1 - share, share],
  );
}

async function subscribed(plan = "BASIC"): Promise<{ account: string; checkout: string }> {
  const account = await shop.newAccount();
  const checkout = await shop.subscribe(account, { plan });
  expect(await shop.outcome(checkout)).toMatchObject({ state: "COMPLETED" });
  return { account, checkout };
}

describe("two workers", () => {
  it("do each checkout once", async () => {
    const accounts = await Promise.all(Array.from({ length: 30 }, () => shop.newAccount()));
    const ids = await Promise.all(accounts.map((account) => shop.subscribe(account)));
    for (const id of ids) expect(await shop.outcome(id)).toMatchObject({ state: "COMPLETED" });
    expect(shop.provider.requests.filter(({ operation }) => operation === "authorize")).toHaveLength(30);
    expect(shop.provider.requests.filter(({ operation }) => operation === "capture")).toHaveLength(30);
  });
});

describe("subscribe", () => {
  it("is for an account that has no membership, one checkout at a time", async () => {
    const { account } = await subscribed();
    await expect(shop.subscribe(account)).rejects.toMatchObject({ code: "ALREADY_SUBSCRIBED" });
    await expect(shop.subscribe(await shop.newAccount("STANDARD"))).rejects.toMatchObject({
      code: "ALREADY_SUBSCRIBED",
    });
    const fresh = await shop.newAccount();
    const tries = await Promise.allSettled([
      shop.subscribe(fresh),
      shop.subscribe(fresh),
      shop.subscribe(fresh),
    ]);
    const codes = tries.flatMap((one) =>
      one.status === "rejected" ? [(one.reason as { code: string }).code] : [],
    );
    expect(codes).toHaveLength(2);
    for (const code of codes) expect(["CHECKOUT_IN_PROGRESS", "ALREADY_SUBSCRIBED"]).toContain(code);
  });

  it("refuses what it does not know", async () => {
    const account = await shop.newAccount();
    await expect(shop.subscribe(account, { plan: "GOLD" })).rejects.toMatchObject({
      field: "plan",
      code: "PLAN_NOT_FOUND",
    });
    await expect(shop.subscribe(account, { method: "a card" })).rejects.toMatchObject({
      field: "paymentMethod",
      code: "PAYMENT_METHOD_INVALID",
    });
    await expect(shop.subscribe(randomUUID())).rejects.toMatchObject({ code: "ACCOUNT_GONE" });
    expect(
      await shop.database.query("select 1 from shared.subscriptions where account_id = $1", [account]),
    ).toEqual([]);
  });

  it("may be tried again after it failed", async () => {
    const account = await shop.newAccount();
    const failed = await shop.subscribe(account, { method: "pm_declined" });
    await shop.outcome(failed);
    expect(await shop.outcome(await shop.subscribe(account))).toMatchObject({ state: "COMPLETED" });
    expect(await membershipOf(account)).toMatchObject({ state: "ACTIVE" });
  });
});

describe("changePlan", () => {
  it("charges the new plan, begins a new period and gives back the unused share of the old one", async () => {
    const { account, checkout } = await subscribed("STANDARD");
    await leave(account, 0.25);
    const id = await shop.changePlan(account, "PREMIUM");
    const facts = await shop.outcome(id);
    expect(facts).toMatchObject({ state: "COMPLETED", plan_id: "PREMIUM", credit_payment: checkout });
    // A quarter to the second, cut to whole cents: a moment has passed since.
    expect([274, 275]).toContain(facts.credit_cents);
    expect(shop.provider.kept(id)).toBe(PRICES.PREMIUM);
    expect(shop.provider.kept(checkout)).toBe(PRICES.STANDARD - facts.credit_cents);
    expect((await shop.facts(checkout)).refunded_cents).toBe(facts.credit_cents);
    const { ends_in } = await membershipOf(account);
    expect(ends_in / 86_400).toBeGreaterThan(27);
  });

  it("that is declined leaves the plan and its payment as they were", async () => {
    const { account, checkout } = await subscribed();
    const id = await shop.changePlan(account, "PREMIUM", "pm_declined");
    expect(await shop.outcome(id)).toMatchObject({
      state: "FAILED",
      plan_id: "BASIC",
      membership: "ACTIVE",
    });
    expect(shop.provider.kept(id)).toBe(0);
    expect(shop.provider.kept(checkout)).toBe(PRICES.BASIC);
  });

  it("gives the credit in the end when the provider is away for it", async () => {
    const { account, checkout } = await subscribed();
    await leave(account, 0.5);
    shop.provider.fail("refund", "HANG_BEFORE", 3);
    const id = await shop.changePlan(account, "STANDARD");
    const facts = await shop.outcome(id);
    expect(facts).toMatchObject({ state: "COMPLETED", receipts: 1 });
    expect(shop.provider.kept(checkout)).toBe(PRICES.BASIC - facts.credit_cents);
    expect(shop.provider.moves.get(checkout)).toEqual({ captures: 1, refunds: 1 });
  });

  it("needs a membership, another plan and a way to pay", async () => {
    await expect(shop.changePlan(await shop.newAccount(), "PREMIUM")).rejects.toMatchObject({
      code: "NOT_SUBSCRIBED",
    });
    const { account } = await subscribed();
    await expect(shop.changePlan(account, "BASIC")).rejects.toMatchObject({ code: "SAME_PLAN" });
    await expect(shop.changePlan(await shop.newAccount("BASIC"), "PREMIUM")).rejects.toMatchObject({
      code: "PAYMENT_METHOD_REQUIRED",
    });
  });
});

describe("cancelSubscription", () => {
  const cancel = (account: string, key: string | null = null) =>
    shop.stores.checkouts.cancel(shop.tenant, account, key);

  it("keeps access until the period ends, and ends it then", async () => {
    const { account } = await subscribed();
    await shop.database.query(
      "update shared.subscriptions set current_period_end = now() + interval '3 seconds' where account_id = $1",
      [account],
    );
    await cancel(account);
    const seen = [await membershipOf(account)];
    expect(seen).toMatchObject([{ state: "ACTIVE", cancelled: true }]);
    await vi.waitFor(async () => {
      seen.unshift(await membershipOf(account));
      expect(seen[0]!.state).toBe("CANCELLED");
    }, PATIENCE);
    for (const { state, ends_in } of seen) if (ends_in > 0) expect(state).toBe("ACTIVE");
    const ended = seen[0]!;
    expect(ended.ends_in).toBeLessThanOrEqual(0);
    expect(await shop.database.query("select 1 from marquee.sagas where id = $1", [ended.id])).toEqual([]);
    expect(await shop.outcome(await shop.subscribe(account))).toMatchObject({ state: "COMPLETED" });
  });

  it("is taken back by a change of plan", async () => {
    const { account } = await subscribed();
    await cancel(account, "k");
    await cancel(account, "k");
    await shop.outcome(await shop.changePlan(account, "PREMIUM"));
    expect(await membershipOf(account)).toMatchObject({ state: "ACTIVE", cancelled: false });
    await shop.stores.checkouts.end(shop.tenant, (await membershipOf(account)).id);
    expect(await membershipOf(account)).toMatchObject({ state: "ACTIVE" });
  });

  it("needs a membership", async () => {
    await expect(cancel(await shop.newAccount())).rejects.toMatchObject({ code: "NOT_SUBSCRIBED" });
  });
});
