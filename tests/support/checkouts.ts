import { randomUUID } from "node:crypto";

import { afterEach, expect } from "vitest";

import { HttpPayments } from "../../datasources/payments/payments.http.js";
import { type Stores } from "../../datasources/stores/stores.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { startWorker } from "../../src/jobs/worker.js";
import { createDatabase, type OwnDatabase } from "./database.js";
import { PATIENCE } from "./patience.js";
import { startPaymentProvider, type PaymentProvider } from "./payment-provider.js";
import { createTestTenant } from "./stores.js";
import { use } from "./fixtures.js";

/** Times of a shop. Milliseconds. */
export interface ShopTimes {
  /** Of one call of the provider. */
  deadlineMs: number;
  stepMs: number;
  leaseMs: number;
}

/** For tests in which nothing takes long but by mistake. */
export const PATIENT: ShopTimes = { deadlineMs: 1_000, stepMs: 25_000, leaseMs: 1_500 };

/** Stores on a database of their own, a tenant with plans, and a provider with a ledger. */
export interface CheckoutShop {
  database: OwnDatabase;
  stores: Stores;
  tenant: Tenant;
  provider: PaymentProvider;
  /** An account that has nothing yet; answers its id. */
  newAccount(planId?: string): Promise<string>;
  /** Begins a checkout; answers its id. */
  subscribe(accountId: string, options?: { plan?: string; method?: string; key?: string }): Promise<string>;
  changePlan(accountId: string, plan: string, method?: string): Promise<string>;
  /** Starts what a gateway has to carry checkouts on. Stopped with the shop, if not before. */
  startWorker(): Promise<{ stop(): Promise<void> }>;
  /** Waits for the end of a checkout. */
  outcome(checkoutId: string): Promise<CheckoutFacts>;
  facts(checkoutId: string): Promise<CheckoutFacts>;
  close(): Promise<void>;
}

/** What PostgreSQL says of a checkout. */
export interface CheckoutFacts {
  state: string;
  failure: string | null;
  membership: string | null;
  plan_id: string | null;
  payment: string | null;
  refunded_cents: number | null;
  receipts: number;
  credit_cents: number;
  credit_payment: string | null;
  steps: string[];
}

export const PRICES = { BASIC: 700, STANDARD: 1100, PREMIUM: 1700 } as const;

/** A shop for all tests of a file; the provider is as good as new before each. */
export function useShop(times?: ShopTimes): CheckoutShop {
  const shop = use(() => openShop(times));
  afterEach(() => shop.provider.reset());
  return shop;
}

export async function openShop(times: ShopTimes = PATIENT): Promise<CheckoutShop> {
  const database = await createDatabase();
  const stores = await database.open();
  const tenant = await createTestTenant(stores);
  const provider = await startPaymentProvider(times.deadlineMs * 3);
  await stores.accounts.putPlans(
    tenant,
    Object.entries(PRICES).map(([id, priceCents]) => ({
      id,
      name: id.toLowerCase(),
      maxStreams: 2,
      maxHeight: 1080,
      priceCents,
      currency: "USD",
    })),
  );
  const facts = async (id: string) => {
    const [row] = await database.query<CheckoutFacts>(FACTS, [id]);
    if (!row) throw new Error(`There is no checkout ${id}`);
    return row;
  };
  const workers = new Set<{ stop(): Promise<void> }>();
  const request = { idempotencyKey: "", stepMs: times.stepMs };
  return {
    database,
    stores,
    tenant,
    provider,
    facts,
    newAccount: async (planId) => {
      const id = randomUUID();
      await stores.accounts.putAccounts(tenant, [account(id, planId ?? null)]);
      return id;
    },
    subscribe: (accountId, { plan = "BASIC", method = "pm_visa", key = randomUUID() } = {}) =>
      stores.checkouts.subscribe(tenant, {
        ...request,
        accountId,
        planId: plan,
        paymentMethod: method,
        idempotencyKey: key,
      }),
    changePlan: (accountId, planId, method) =>
      stores.checkouts.changePlan(tenant, {
        ...request,
        accountId,
        planId,
        paymentMethod: method ?? null,
        idempotencyKey: randomUUID(),
      }),
    startWorker: async () => {
      const payments = new HttpPayments({ url: provider.url, key: "secret", deadlineMs: times.deadlineMs });
      const worker = await startWorker({ stores, payments, times, mails: null });
      workers.add(worker);
      return { stop: () => (workers.delete(worker), worker.stop()) };
    },
    outcome: async (id) => {
      const ended = expect.stringMatching(/^(COMPLETED|FAILED)$/) as string;
      await expect.poll(() => facts(id), PATIENCE).toMatchObject({ state: ended });
      return facts(id);
    },
    close: async () => {
      await Promise.all([...workers].map((worker) => worker.stop()));
      await provider.close();
      await database.close();
    },
  };
}

const FACTS = `
  select c.state, c.failure, s.state as membership, s.plan_id, p.state as payment, p.refunded_cents,
         (select count(*)::int from shared.receipts r where r.checkout_id = c.id) as receipts,
         c.credit_cents, c.credit_payment,
         (select array_agg(step || ' ' || outcome order by position) from shared.checkout_steps h where h.checkout_id = c.id)
           as steps
  from shared.checkouts c
  left join shared.subscriptions s on s.id = c.subscription_id
  left join shared.payments p on p.id = c.id
  where c.id = $1`;

function account(id: string, planId: string | null) {
  return {
    id,
    email: `${id}@example.com`,
    passwordHash: "$scrypt$none",
    roles: ["VIEWER" as const],
    country: "US",
    planId,
    profiles: [{ id: `p-${id}`, name: "One", kind: "ADULT" as const, maturityLimit: 18, country: null }],
  };
}
