import { randomUUID } from "node:crypto";

import { sql, type PostgresStore, type Query, type Sql } from "../engines/postgres/store.postgres.js";
import { type Tenant } from "../core/tenant.js";
import { activate, giveBack, issueReceipt } from "./checkout-facts.postgres.js";
import {
  CHECKOUT_TASK,
  CheckoutTakenOverError,
  type CheckoutState,
  type CheckoutSteps,
  type CheckoutTimes,
  type ClaimedCheckout,
} from "./checkouts.js";
import { type CheckoutFailure } from "../core/vocabulary.js";

interface ClaimedRow {
  id: string;
  state: CheckoutState;
  amount_cents: number;
  currency: string;
  payment_method: string;
  credit_payment: string | null;
  credit_cents: number;
  credited_at: string | null;
  attempts: number;
  overdue: boolean;
  lease: string;
}

/** What one transaction changes of a checkout. */
interface Change {
  from: CheckoutState;
  to: CheckoutState;
  step: "RESERVE" | "CHARGE" | "ACTIVATE" | "CREDIT" | "RECEIPT" | "COMPENSATE";
  outcome: string;
}

const COLUMNS = sql`id, state, amount_cents, currency, payment_method, credit_payment, credit_cents, credited_at,
  attempts, lease, deadline_at <= clock_timestamp() as overdue`;

/** The steps of checkouts in PostgreSQL. A claim that is no longer the checkout's is refused in the statement itself. */
export class PostgresCheckoutSteps implements CheckoutSteps {
  constructor(private readonly postgres: PostgresStore) {}

  claim(tenant: Tenant, id: string, times: CheckoutTimes): Promise<ClaimedCheckout | null> {
    return this.postgres.transaction(tenant, async (query) => {
      const [row] = await query<ClaimedRow>(
        sql`update checkouts set lease = ${randomUUID()}, leased_until = ${inMs(times.leaseMs)}, attempts = attempts + 1
            where id = ${id} and state not in ('COMPLETED', 'FAILED')
              and (leased_until is null or leased_until <= clock_timestamp())
            returning ${COLUMNS}`,
      );
      if (!row) {
        await query(
          sql`select marquee.end_saga(${CHECKOUT_TASK}, ${id}) where not exists (
                select from checkouts where id = ${id} and state not in ('COMPLETED', 'FAILED'))`,
        );
        return null;
      }
      await hold(query, id, times.leaseMs);
      return toClaimed(row, times);
    });
  }

  reserved(tenant: Tenant, claim: ClaimedCheckout, reference: string): Promise<ClaimedCheckout> {
    const change = { from: "PENDING", to: "RESERVED", step: "RESERVE", outcome: "RESERVED" } as const;
    return this.#go(tenant, claim, change, async (query) => {
      await query(sql`update checkouts set provider_reference = ${reference} where id = ${claim.id}`);
      await query(
        sql`insert into payments (tenant_id, id, subscription_id, amount_cents, currency, state, provider_reference)
            select c.tenant_id, c.id, c.subscription_id, c.amount_cents, c.currency, 'RESERVED', ${reference}
            from checkouts c join subscriptions s on s.id = c.subscription_id where c.id = ${claim.id}`,
      );
    });
  }

  charged(tenant: Tenant, claim: ClaimedCheckout): Promise<ClaimedCheckout> {
    const change = { from: "RESERVED", to: "CHARGED", step: "CHARGE", outcome: "CHARGED" } as const;
    return this.#go(tenant, claim, change, (query) => paid(query, claim.id, "CHARGED"));
  }

  async activated(tenant: Tenant, claim: ClaimedCheckout): Promise<ClaimedCheckout | null> {
    const change = { from: "CHARGED", to: "ACTIVATED", step: "ACTIVATE", outcome: "ACTIVE" } as const;
    try {
      return await this.#go(tenant, claim, change, async (query) => {
        if (!(await activate(query, claim.id))) throw new NothingToActivate();
      });
    } catch (error) {
      if (error instanceof NothingToActivate) return null;
      throw error;
    }
  }

  credited(tenant: Tenant, claim: ClaimedCheckout): Promise<ClaimedCheckout> {
    const outcome = `REFUNDED ${claim.credit?.cents ?? 0}`;
    const change = { from: "ACTIVATED", to: "ACTIVATED", step: "CREDIT", outcome } as const;
    return this.#go(tenant, claim, change, async (query) => {
      await query(sql`update checkouts set credited_at = now() where id = ${claim.id}`);
      await query(
        sql`update payments set refunded_cents = refunded_cents + ${claim.credit?.cents ?? 0}
            where id = ${claim.credit?.payment ?? ""}`,
      );
    });
  }

  async completed(tenant: Tenant, claim: ClaimedCheckout): Promise<void> {
    const change = { from: "ACTIVATED", to: "COMPLETED", step: "RECEIPT", outcome: "ISSUED" } as const;
    await this.#go(tenant, claim, change, (query) => issueReceipt(query, claim.id));
  }

  failing(tenant: Tenant, claim: ClaimedCheckout, why: CheckoutFailure): Promise<ClaimedCheckout> {
    const { state: from } = claim;
    const step = from === "PENDING" ? "RESERVE" : from === "RESERVED" ? "CHARGE" : "ACTIVATE";
    return this.#go(tenant, claim, { from, to: "COMPENSATING", step, outcome: why }, async (query) => {
      await query(sql`update checkouts set failure = ${why} where id = ${claim.id}`);
    });
  }

  async reversed(tenant: Tenant, claim: ClaimedCheckout, how: "VOIDED" | "REFUNDED"): Promise<void> {
    const change = { from: "COMPENSATING", to: "FAILED", step: "COMPENSATE", outcome: how } as const;
    await this.#go(tenant, claim, change, (query) => giveBack(query, claim.id, how));
  }

  async later(tenant: Tenant, claim: ClaimedCheckout, delayMs: number, why: string): Promise<void> {
    await this.postgres.transaction(tenant, async (query) => {
      const freed = await query(
        sql`update checkouts set lease = null, leased_until = null
            where id = ${claim.id} and lease = ${claim.lease} returning 1`,
      );
      if (freed.length === 0) throw new CheckoutTakenOverError();
      await note(query, claim.id, stepOf(claim), why);
      await query(
        sql`select marquee.schedule_saga(${CHECKOUT_TASK}, ${claim.id}, make_interval(secs => ${delayMs / 1000}))`,
      );
    });
  }

  /** One step forward with the facts that belong to it, if the claim still holds. */
  #go(
    tenant: Tenant,
    claim: ClaimedCheckout,
    { from, to, step, outcome }: Change,
    facts: (query: Query) => Promise<void>,
  ): Promise<ClaimedCheckout> {
    const { stepMs, leaseMs } = claim.times;
    const finished = to === "COMPLETED" || to === "FAILED";
    return this.postgres.transaction(tenant, async (query) => {
      const [held] = await query(
        sql`update checkouts set state = ${to}, attempts = 1, deadline_at = ${inMs(stepMs)},
              leased_until = ${inMs(leaseMs)}, finished_at = case when ${finished} then now() end
            where id = ${claim.id} and lease = ${claim.lease} and state = ${from} returning 1`,
      );
      if (!held) throw new CheckoutTakenOverError();
      await facts(query);
      await note(query, claim.id, step, outcome);
      if (finished) await query(sql`select marquee.end_saga(${CHECKOUT_TASK}, ${claim.id})`);
      else await hold(query, claim.id, leaseMs);
      const [row] = await query<ClaimedRow>(sql`select ${COLUMNS} from checkouts where id = ${claim.id}`);
      if (!row) throw new CheckoutTakenOverError();
      return toClaimed(row, claim.times);
    });
  }
}

/** The membership was ended or erased while it was paid for. Undoes the step. */
class NothingToActivate extends Error {}

function inMs(ms: number): Sql {
  return sql`clock_timestamp() + make_interval(secs => ${ms / 1000})`;
}

async function hold(query: Query, id: string, ms: number): Promise<void> {
  await query(sql`select marquee.hold_saga(${CHECKOUT_TASK}, ${id}, make_interval(secs => ${ms / 1000}))`);
}

async function note(query: Query, id: string, step: Change["step"], outcome: string): Promise<void> {
  await query(
    sql`insert into checkout_steps (tenant_id, checkout_id, position, step, outcome)
        select current_setting('marquee.tenant')::int, ${id}, coalesce(max(position), 0) + 1, ${step}, ${outcome}
        from checkout_steps where checkout_id = ${id}`,
  );
}

async function paid(query: Query, id: string, state: "CHARGED"): Promise<void> {
  await query(sql`update payments set state = ${state} where id = ${id}`);
}

function stepOf({ state, credit }: ClaimedCheckout): Change["step"] {
  if (state === "PENDING") return "RESERVE";
  if (state === "RESERVED") return "CHARGE";
  if (state === "CHARGED") return "ACTIVATE";
  if (state === "ACTIVATED") return credit ? "CREDIT" : "RECEIPT";
  return "COMPENSATE";
}

function toClaimed(row: ClaimedRow, times: CheckoutTimes): ClaimedCheckout {
  const { id, state, currency, attempts, overdue, lease } = row;
  const owed = row.credit_payment !== null && row.credit_cents > 0 && row.credited_at === null;
  return {
    id,
    state,
    amountCents: row.amount_cents,
    currency,
    paymentMethod: row.payment_method,
    credit: owed && row.credit_payment ? { payment: row.credit_payment, cents: row.credit_cents } : null,
    attempts,
    overdue,
    lease,
    times,
  };
}
