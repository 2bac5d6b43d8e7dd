import { sql, type Query } from "../engines/postgres/store.postgres.js";

/**
 * Makes the membership of a charged checkout active for a month from now. A change of plan begins a new period at once:
 * the unused share of the earlier payment, to the second, is owed back from here on. A cancellation that was asked for
 * before is taken back by it.
 *
 * @returns false where there is no membership to activate any more.
 */
export async function activate(query: Query, checkoutId: string): Promise<boolean> {
  await query(
    sql`update checkouts c set credit_payment = old.id, credit_cents = old.cents
        from (
          select p.id, least(p.amount_cents - p.refunded_cents, floor(p.amount_cents * greatest(0,
                   extract(epoch from s.current_period_end - now())
                   / nullif(extract(epoch from s.current_period_end - coalesce(s.period_start, s.started_at)), 0))))::int
                   as cents
          from checkouts mine
          join subscriptions s on s.id = mine.subscription_id and s.state in ('ACTIVE', 'PAST_DUE')
          join payments p on p.subscription_id = s.id and p.state = 'CHARGED' and p.id <> mine.id
          where mine.id = ${checkoutId} and mine.kind = 'CHANGE_PLAN'
          order by p.created_at desc limit 1
        ) old
        where c.id = ${checkoutId} and old.cents > 0`,
  );
  const active = await query(
    sql`update subscriptions s
        set state = 'ACTIVE', plan_id = c.plan_id, period_start = now(), current_period_end = now() + interval '1 month',
            cancelled_at = null
        from checkouts c
        where c.id = ${checkoutId} and s.id = c.subscription_id
          and s.state = any(case c.kind when 'SUBSCRIBE' then array['PENDING'] else array['ACTIVE', 'PAST_DUE'] end)
        returning 1`,
  );
  return active.length > 0;
}

/** Writes what the account is told of its payment. */
export async function issueReceipt(query: Query, checkoutId: string): Promise<void> {
  await query(
    sql`insert into receipts (tenant_id, checkout_id, account_id, plan_name, amount_cents, credit_cents, currency,
                              period_start, period_end)
        select c.tenant_id, c.id, c.account_id, coalesce(p.name, c.plan_id), c.amount_cents, c.credit_cents, c.currency,
               coalesce(s.period_start, now()), coalesce(s.current_period_end, now())
        from checkouts c
        left join plans p on p.id = c.plan_id
        left join subscriptions s on s.id = c.subscription_id
        where c.id = ${checkoutId}
        on conflict do nothing`,
  );
}

/** Records that nothing of a failed checkout is kept, and ends the membership that it never began. */
export async function giveBack(query: Query, checkoutId: string, how: "VOIDED" | "REFUNDED"): Promise<void> {
  await query(
    how === "REFUNDED"
      ? sql`update payments set state = 'REFUNDED', refunded_cents = amount_cents where id = ${checkoutId}`
      : sql`update payments set state = 'FAILED' where id = ${checkoutId}`,
  );
  await query(
    sql`update subscriptions s set state = 'CANCELLED' from checkouts c
        where c.id = ${checkoutId} and c.kind = 'SUBSCRIBE' and s.id = c.subscription_id and s.state = 'PENDING'`,
  );
}
