import { beforeAll, describe, expect, it } from "vitest";

import { PATIENT, PRICES, useShop } from "../support/checkouts.js";
import { type Fault, type Operation } from "../support/payment-provider.js";

/** Where a call of the provider may be answered late by a busy machine, a step has time to ask again. */
const shop = useShop({ ...PATIENT, deadlineMs: 500 });
beforeAll(() => shop.startWorker());

/** What PostgreSQL and the provider's ledger must agree on, whatever went wrong. */
async function expectLedgerIsFacts(id: string, at = shop): Promise<void> {
  const facts = await at.facts(id);
  const { provider } = at;
  const active = facts.state === "COMPLETED";
  expect(provider.moves.get(id)?.captures ?? 0).toBeLessThanOrEqual(1);
  expect(provider.moves.get(id)?.refunds ?? 0).toBeLessThanOrEqual(1);
  expect(provider.kept(id), JSON.stringify(facts)).toBe(active ? PRICES.BASIC : 0);
  expect(provider.ledger.get(id)?.state).not.toBe("AUTHORIZED");
  expect(facts.membership).toBe(active ? "ACTIVE" : "CANCELLED");
  expect(facts.receipts).toBe(active ? 1 : 0);
  if (active) expect(facts.payment).toBe("CHARGED");
  else expect([null, "FAILED", "REFUNDED"]).toContain(facts.payment);
}

describe("a checkout", () => {
  it("reserves, charges, activates and writes the receipt", async () => {
    const id = await shop.subscribe(await shop.newAccount());
    expect(await shop.outcome(id)).toMatchObject({
      state: "COMPLETED",
      failure: null,
      plan_id: "BASIC",
      steps: ["BEGIN PENDING", "RESERVE RESERVED", "CHARGE CHARGED", "ACTIVATE ACTIVE", "RECEIPT ISSUED"],
    });
    await expectLedgerIsFacts(id);
    expect(shop.provider.requests.map(({ operation }) => operation)).toEqual(["authorize", "capture"]);
    expect(await shop.database.query("select 1 from marquee.sagas where id = $1", [id])).toEqual([]);
  });

  it("that is declined takes nothing and says why", async () => {
    const id = await shop.subscribe(await shop.newAccount(), { method: "pm_declined" });
    expect(await shop.outcome(id)).toMatchObject({ state: "FAILED", failure: "PAYMENT_DECLINED" });
    await expectLedgerIsFacts(id);
  });

  const faults: Fault[] = [
    "HANG_BEFORE",
    "HANG_AFTER",
    "LATE",
    "ERROR_BEFORE",
    "ERROR_AFTER",
    "DROP_BEFORE",
    "DROP_AFTER",
    "TWICE",
  ];
  const cases = (["authorize", "capture"] as const).flatMap((operation) =>
    faults.map((fault) => [operation, fault] as const),
  );

  it.each(cases)("comes through one %s that ends in %s", async (operation, fault) => {
    shop.provider.fail(operation, fault);
    const id = await shop.subscribe(await shop.newAccount());
    expect(await shop.outcome(id)).toMatchObject({ state: "COMPLETED" });
    await expectLedgerIsFacts(id);
  });

  it("asks what happened before it asks again", async () => {
    shop.provider.fail("capture", "DROP_AFTER");
    await shop.outcome(await shop.subscribe(await shop.newAccount()));
    const asked = shop.provider.requests.map(({ operation }) => operation);
    expect(asked).toEqual(["authorize", "capture", "find"]);
  });
});

describe("a provider that stays broken", () => {
  const hasty = useShop({ deadlineMs: 150, stepMs: 2_000, leaseMs: 1_500 });
  beforeAll(() => hasty.startWorker());

  const cases: [Operation, Fault][] = [
    ["authorize", "HANG_BEFORE"],
    ["authorize", "ERROR_BEFORE"],
    ["authorize", "LATE"],
    ["capture", "HANG_BEFORE"],
    ["capture", "ERROR_BEFORE"],
    ["capture", "LATE"],
  ];

  it.each(cases)("at %s by %s ends at the deadline with nothing kept", async (operation, fault) => {
    hasty.provider.fail(operation, fault, 1_000);
    hasty.provider.fail("find", "HANG_BEFORE", 1_000);
    const id = await hasty.subscribe(await hasty.newAccount());
    expect(await hasty.outcome(id)).toMatchObject({ state: "FAILED", failure: "PAYMENT_TIMED_OUT" });
    // What was asked for late arrives after all: the closed payment must refuse it.
    await hasty.provider.settled();
    await expectLedgerIsFacts(id, hasty);
  });

  it("even while it gives back keeps nothing in the end", async () => {
    // Charged, but nobody could say so until the deadline: found out, and given back, by the compensation.
    hasty.provider.fail("capture", "HANG_AFTER", 1_000);
    hasty.provider.fail("find", "ERROR_BEFORE", 1_000);
    hasty.provider.fail("void", "DROP_AFTER", 3);
    hasty.provider.fail("refund", "HANG_AFTER", 2);
    const id = await hasty.subscribe(await hasty.newAccount());
    await hasty.outcome(id).catch(() => undefined);
    hasty.provider.reset();
    expect(await hasty.outcome(id)).toMatchObject({ state: "FAILED", payment: "REFUNDED" });
    await expectLedgerIsFacts(id, hasty);
    expect(hasty.provider.moves.get(id)).toEqual({ captures: 1, refunds: 1 });
  });
});

describe("activation", () => {
  it("that finds no membership gives the money back", async () => {
    const id = await shop.subscribe(await shop.newAccount(), {});
    shop.provider.onRequest = async (operation, moment, key) => {
      if (operation === "capture" && moment === "AFTER") {
        await shop.database.query(
          "update shared.subscriptions set state = 'CANCELLED' where id = (select subscription_id from shared.checkouts where id = $1)",
          [key],
        );
      }
    };
    expect(await shop.outcome(id)).toMatchObject({
      state: "FAILED",
      failure: "SUBSCRIPTION_GONE",
      payment: "REFUNDED",
    });
    await expectLedgerIsFacts(id);
  });
});
