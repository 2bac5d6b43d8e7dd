import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { packageRoot } from "../../packages/process/package-root.js";
import { PATIENT, PRICES, useShop } from "../support/checkouts.js";
import { use } from "../support/fixtures.js";
import { PATIENCE } from "../support/patience.js";
import { type Operation } from "../support/payment-provider.js";

/** A worker in a process of its own, of the built product. */
const WORKER = `
import { HttpPayments } from "./dist/datasources/payments/payments.http.js";
import { openStores } from "./dist/datasources/stores/stores.js";
import { startWorker } from "./dist/src/jobs/worker.js";
import { testAccountKeys } from "./dist/scripts/test-keys.js";
const [postgresUrl, url, times] = process.argv.slice(1);
const stores = await openStores({ accountKeys: testAccountKeys, postgresUrl, dataFolder: "/nonexistent", log: () => {} });
const payments = new HttpPayments({ url, key: null, ...JSON.parse(times) });
await startWorker({ stores, payments, times: JSON.parse(times) });
console.log("ready");
`;

const shop = useShop();
const locker = use(() => shop.database.connect());
let child: ChildProcess;

beforeEach(async () => {
  const args = [
    "--input-type=module",
    "-e",
    WORKER,
    shop.database.url,
    shop.provider.url,
    JSON.stringify(PATIENT),
  ];
  child = spawn(process.execPath, args, { cwd: packageRoot(), stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit").then(() =>
    Promise.reject(new Error("The worker ended before it was ready.")),
  );
  await Promise.race([once(child.stdout!, "data"), ended]);
});
afterEach(() => {
  child?.kill("SIGKILL");
});

async function killed(): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}

/** Has the child killed at a moment of a request. @returns what tells that it happened. */
function killAt(operation: Operation, moment: "BEFORE" | "AFTER"): Promise<void> {
  return new Promise((resolve) => {
    shop.provider.onRequest = async (asked, when) => {
      if (asked !== operation || when !== moment) return;
      shop.provider.onRequest = () => undefined;
      await killed();
      resolve();
    };
  });
}

/** Waits until the child waits for the lock that {@link lock} holds, kills it there, and gives the lock back. */
async function killWaiting(): Promise<void> {
  const waits = async () => {
    const [row] = await shop.database.query<{ waits: boolean }>(
      `select exists (
         select from pg_stat_activity
         where application_name = 'marquee-write' and wait_event_type = 'Lock' and datname = current_database()
       ) as waits`,
    );
    return row?.waits;
  };
  await expect.poll(waits, PATIENCE).toBe(true);
  await killed();
  await locker.query("rollback");
}

async function lock(text: string, values: unknown[] = []): Promise<void> {
  await locker.query("begin");
  await locker.query(text, values);
}

/** Another worker carries on what the killed one has left. */
async function resumed(id: string) {
  const worker = await shop.startWorker();
  return shop.outcome(id).finally(() => worker.stop());
}

function expectCharged(id: string, cents: number): void {
  expect(shop.provider.kept(id)).toBe(cents);
  expect(shop.provider.moves.get(id)).toEqual({ captures: 1, refunds: 0 });
}

describe("a worker killed with SIGKILL", () => {
  const moments = [
    ["authorize", "BEFORE"],
    ["authorize", "AFTER"],
    ["capture", "BEFORE"],
    ["capture", "AFTER"],
  ] as const;

  it.each(moments)(
    "at %s, %s its effect, is carried on by another: charged once",
    async (operation, moment) => {
      const dead = killAt(operation, moment);
      const id = await shop.subscribe(await shop.newAccount());
      await dead;
      expect((await shop.facts(id)).state).toBe(operation === "authorize" ? "PENDING" : "RESERVED");
      expect(await resumed(id)).toMatchObject({ state: "COMPLETED", membership: "ACTIVE", receipts: 1 });
      expectCharged(id, PRICES.BASIC);
    },
  );

  it("between taking the job and taking the checkout in hand", async () => {
    const account = await shop.newAccount();
    // The child is held up at its first statement: it waits with the job in hand and the checkout as it was.
    await shop.database.query(
      `create function shared.wait_for_test() returns trigger language plpgsql as $$
       begin perform pg_advisory_xact_lock(1); return new; end $$`,
    );
    await shop.database.query(
      "create trigger wait_for_test before update on shared.checkouts for each row execute function shared.wait_for_test()",
    );
    await lock("select pg_advisory_xact_lock(1)");
    const id = await shop.subscribe(account);
    await killWaiting();
    await shop.database.query("drop function shared.wait_for_test cascade");
    expect(await shop.facts(id)).toMatchObject({ state: "PENDING", steps: ["BEGIN PENDING"] });
    expect(await resumed(id)).toMatchObject({ state: "COMPLETED", membership: "ACTIVE", receipts: 1 });
    expectCharged(id, PRICES.BASIC);
  });

  it("between charge and activation: the membership is activated, charged once", async () => {
    const account = await shop.newAccount();
    shop.provider.onRequest = async (operation, moment, key) => {
      if (operation !== "capture" || moment !== "BEFORE") return;
      await lock(
        "select 1 from shared.subscriptions where id = (select subscription_id from shared.checkouts where id = $1) for update",
        [key],
      );
    };
    const id = await shop.subscribe(account);
    await killWaiting();
    expect((await shop.facts(id)).state).toBe("CHARGED");
    expect(await resumed(id)).toMatchObject({ state: "COMPLETED", membership: "ACTIVE", receipts: 1 });
    expectCharged(id, PRICES.BASIC);
  });

  it("between activation and receipt: one receipt, charged once", async () => {
    const account = await shop.newAccount();
    await lock("lock table shared.receipts in exclusive mode");
    const id = await shop.subscribe(account);
    await killWaiting();
    expect(await shop.facts(id)).toMatchObject({ state: "ACTIVATED", membership: "ACTIVE", receipts: 0 });
    expect(await resumed(id)).toMatchObject({ state: "COMPLETED", receipts: 1 });
    expectCharged(id, PRICES.BASIC);
  });

  it.each(["BEFORE", "AFTER"] as const)("while it closes a declined payment, %s", async (moment) => {
    const dead = killAt("void", moment);
    const id = await shop.subscribe(await shop.newAccount(), { method: "pm_declined" });
    await dead;
    expect((await shop.facts(id)).state).toBe("COMPENSATING");
    expect(await resumed(id)).toMatchObject({ state: "FAILED", membership: "CANCELLED" });
    expect(shop.provider.kept(id)).toBe(0);
  });

  it.each(["BEFORE", "AFTER"] as const)("while it gives money back, %s: given back once", async (moment) => {
    const dead = killAt("refund", moment);
    const after = shop.provider.onRequest;
    shop.provider.onRequest = async (operation, when, key) => {
      if (operation === "capture" && when === "AFTER") {
        await shop.database.query(
          "delete from shared.subscriptions where id = (select subscription_id from shared.checkouts where id = $1)",
          [key],
        );
      }
      await after(operation, when, key);
    };
    const id = await shop.subscribe(await shop.newAccount());
    await dead;
    expect(await resumed(id)).toMatchObject({ state: "FAILED", failure: "SUBSCRIPTION_GONE" });
    expect(shop.provider.kept(id)).toBe(0);
    expect(shop.provider.moves.get(id)).toEqual({ captures: 1, refunds: 1 });
  });

  it.each(["BEFORE", "AFTER"] as const)(
    "while a change of plan gives credit, %s: given once",
    async (moment) => {
      const account = await shop.newAccount();
      const first = await shop.subscribe(account);
      await shop.outcome(first);
      const dead = killAt("refund", moment);
      const id = await shop.changePlan(account, "PREMIUM");
      await dead;
      const facts = await resumed(id);
      expect(facts).toMatchObject({ state: "COMPLETED", plan_id: "PREMIUM", credit_payment: first });
      expectCharged(id, PRICES.PREMIUM);
      expect(shop.provider.moves.get(first)).toEqual({ captures: 1, refunds: 1 });
      expect(shop.provider.kept(first)).toBe(PRICES.BASIC - facts.credit_cents);
    },
  );
});
