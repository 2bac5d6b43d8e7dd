import { sql, type Query } from "../engines/postgres/store.postgres.js";
import { Refusal } from "../core/refusal.js";

/** An account's latest membership, as the rules look at it. */
export interface Membership {
  id: string;
  state: "PENDING" | "ACTIVE" | "PAST_DUE" | "CANCELLED";
  plan_id: string;
}

/**
 * Makes what an account does one after the other, until the transaction ends. Nothing is done any more for one whose owner has
 * asked to be forgotten, as a request may that was under way then: what is forgotten was written down with that.
 *
 * @throws Refusal ACCOUNT_GONE.
 */
export async function lockAccount(
  query: Query,
  accountId: string,
  { evenErasing = false } = {},
): Promise<void> {
  const [row] = await query<{ erasing: boolean }>(
    sql`select erasing from accounts where id = ${accountId} for update`,
  );
  if (!row || (row.erasing && !evenErasing))
    throw new Refusal(null, "ACCOUNT_GONE", "This account is gone. Sign in again.");
}

/** @throws Refusal PLAN_NOT_FOUND. */
export async function offeredPlan(
  query: Query,
  id: string,
): Promise<{ price_cents: number; currency: string }> {
  const [plan] = await query<{ price_cents: number; currency: string }>(
    sql`select price_cents, currency from plans where id = ${id.replaceAll("\0", "\uFFFD")}`,
  );
  if (plan) return plan;
  throw new Refusal("plan", "PLAN_NOT_FOUND", "There is no such plan; `plans` lists them.");
}

/** @throws Refusal CHECKOUT_IN_PROGRESS while a checkout of the account is not finished. */
export async function refuseWhileOpen(query: Query, accountId: string): Promise<void> {
  const [open] = await query(
    sql`select 1 from checkouts where account_id = ${accountId} and state not in ('COMPLETED', 'FAILED')`,
  );
  if (!open) return;
  throw new Refusal(
    null,
    "CHECKOUT_IN_PROGRESS",
    "Another checkout of this account is not finished yet. Send its key again to see it, or wait for it.",
  );
}

/** The account's latest membership. */
export async function currentMembership(query: Query, accountId: string): Promise<Membership | null> {
  const [row] = await query<Membership>(
    sql`select id, state, plan_id from subscriptions
        where account_id = ${accountId} order by started_at desc, id desc limit 1`,
  );
  return row ?? null;
}
