import { randomUUID } from "node:crypto";

import { MEMBERSHIP } from "../accounts/account-columns.postgres.js";
import { type PlanRecord } from "../accounts/accounts.js";
import { once } from "../idempotency/idempotency.postgres.js";
import { readByIds } from "../engines/postgres/by-ids.postgres.js";
import { sql, type PostgresStore, type Query } from "../engines/postgres/store.postgres.js";
import { Refusal } from "../core/refusal.js";
import { type StoreRequest } from "../core/store-request.js";
import { type Tenant } from "../core/tenant.js";
import {
  currentMembership,
  lockAccount,
  offeredPlan,
  refuseWhileOpen,
  type Membership,
} from "./checkout-rules.postgres.js";
import {
  CHECKOUT_TASK,
  END_MEMBERSHIP_TASK,
  type CheckoutRecord,
  type Checkouts,
  type SubscribeRequest,
} from "./checkouts.js";

const METHOD = /^[\w.:-]{1,200}$/;

/** Plans, memberships and checkouts in PostgreSQL. */
export class PostgresCheckouts implements Checkouts {
  constructor(private readonly postgres: PostgresStore) {}

  async plans(request: StoreRequest): Promise<PlanRecord[]> {
    return this.postgres.read<PlanRecord>(
      request,
      "checkouts.plans",
      sql`select id, name, max_streams as "maxStreams", max_height as "maxHeight",
                 price_cents as "priceCents", currency
          from plans order by price_cents, id`,
    );
  }

  subscribe(tenant: Tenant, request: SubscribeRequest): Promise<string> {
    return this.#begin(tenant, "subscribe", request, async (query, current) => {
      if (current?.state === "ACTIVE" || current?.state === "PAST_DUE") {
        throw new Refusal(
          null,
          "ALREADY_SUBSCRIBED",
          `This account has the plan ${current.plan_id}; changePlan changes it.`,
        );
      }
      const id = randomUUID();
      await query(
        sql`insert into subscriptions (tenant_id, id, account_id, plan_id, state)
            values (current_setting('marquee.tenant')::int, ${id}, ${request.accountId}, ${request.planId}, 'PENDING')`,
      );
      return id;
    });
  }

  changePlan(tenant: Tenant, request: SubscribeRequest): Promise<string> {
    return this.#begin(tenant, "changePlan", request, async (_query, current) => {
      const { id, plan_id: plan } = subscribed(current);
      if (plan === request.planId) {
        throw new Refusal("plan", "SAME_PLAN", `This account has the plan ${plan} already; choose another.`);
      }
      return id;
    });
  }

  async cancel(tenant: Tenant, accountId: string, idempotencyKey: string | null): Promise<void> {
    await this.postgres.transaction(tenant, async (query) => {
      const work = async () => {
        await lockAccount(query, accountId);
        await refuseWhileOpen(query, accountId);
        await cancelAtPeriodEnd(query, subscribed(await currentMembership(query, accountId)).id);
        return {};
      };
      if (idempotencyKey === null) return work();
      return once(
        query,
        { accountId, operation: "cancelSubscription", key: idempotencyKey, input: {} },
        work,
      );
    });
  }

  byIds(
    request: StoreRequest,
    accountId: string,
    ids: readonly string[],
  ): Promise<Map<string, CheckoutRecord>> {
    return readByIds(
      this.postgres,
      request,
      "checkouts.byIds",
      ids,
      sql`select c.id, c.state, c.failure, c.amount_cents as "amountCents", c.credit_cents as "creditCents", c.currency,
                 ${MEMBERSHIP} as membership
          from checkouts c
          left join subscriptions s on s.id = c.subscription_id
          left join plans plan on plan.id = s.plan_id
          where c.id = any(${ids}::text[]) and c.account_id = ${accountId}`,
    );
  }

  async end(tenant: Tenant, membershipId: string): Promise<void> {
    await this.postgres.transaction(tenant, async (query) => {
      const [row] = await query<{ over: boolean; seconds: number | null }>(
        sql`select cancelled_at is null or state <> 'ACTIVE' or current_period_end <= now() as over,
                   extract(epoch from current_period_end - now())::float as seconds
            from subscriptions where id = ${membershipId} for update`,
      );
      if (row && !row.over) {
        await query(sql`select marquee.schedule_saga(${END_MEMBERSHIP_TASK}, ${membershipId},
                                                     make_interval(secs => ${row.seconds ?? 0}))`);
        return;
      }
      await query(
        sql`update subscriptions set state = 'CANCELLED'
            where id = ${membershipId} and state = 'ACTIVE' and cancelled_at is not null`,
      );
      await query(sql`select marquee.end_saga(${END_MEMBERSHIP_TASK}, ${membershipId})`);
    });
  }

  /** The transaction of both: key, lock, rules, checkout with its first step, job. */
  #begin(
    tenant: Tenant,
    operation: "subscribe" | "changePlan",
    request: SubscribeRequest,
    membershipOf: (query: Query, current: Membership | null) => Promise<string>,
  ): Promise<string> {
    const { accountId, planId, paymentMethod, idempotencyKey: key, stepMs } = request;
    const input = { planId, paymentMethod };
    return this.postgres.transaction(tenant, (query) =>
      once(query, { accountId, operation, key, input }, async () => {
        await lockAccount(query, accountId);
        const plan = await offeredPlan(query, planId);
        await refuseWhileOpen(query, accountId);
        const membership = await membershipOf(query, await currentMembership(query, accountId));
        const method = paymentMethod ?? (await lastMethod(query, accountId));
        if (!METHOD.test(method)) {
          throw new Refusal(
            "paymentMethod",
            "PAYMENT_METHOD_INVALID",
            "A payment method is the provider's token: 1 to 200 letters, digits and . : _ -.",
          );
        }
        const id = randomUUID();
        await query(
          sql`with begun as (
                insert into checkouts (tenant_id, id, kind, account_id, subscription_id, plan_id, amount_cents, currency,
                                       payment_method, state, deadline_at)
                values (current_setting('marquee.tenant')::int, ${id},
                        ${operation === "subscribe" ? "SUBSCRIBE" : "CHANGE_PLAN"}, ${accountId}, ${membership},
                        ${planId}, ${plan.price_cents}, ${plan.currency}, ${method}, 'PENDING',
                        clock_timestamp() + make_interval(secs => ${stepMs / 1000}))
                returning tenant_id, id
              )
              insert into checkout_steps (tenant_id, checkout_id, position, step, outcome)
              select tenant_id, id, 1, 'BEGIN', 'PENDING' from begun`,
        );
        await query(sql`select marquee.schedule_saga(${CHECKOUT_TASK}, ${id}, interval '0')`);
        return id;
      }),
    );
  }
}

async function cancelAtPeriodEnd(query: Query, id: string): Promise<void> {
  await query(
    sql`with cancelled as (
          update subscriptions
          set cancelled_at = now(), current_period_end = coalesce(current_period_end, now())
          where id = ${id} and cancelled_at is null
          returning id, current_period_end
        )
        select marquee.schedule_saga(${END_MEMBERSHIP_TASK}, id, greatest(current_period_end - now(), interval '0'))
        from cancelled`,
  );
}

async function lastMethod(query: Query, accountId: string): Promise<string> {
  const [row] = await query<{ payment_method: string }>(
    sql`select payment_method from checkouts
        where account_id = ${accountId} and state = 'COMPLETED' order by created_at desc limit 1`,
  );
  if (row) return row.payment_method;
  throw new Refusal(
    "paymentMethod",
    "PAYMENT_METHOD_REQUIRED",
    "This account has not paid here before: send a payment method.",
  );
}

function subscribed(current: Membership | null): Membership {
  if (current?.state === "ACTIVE" || current?.state === "PAST_DUE") return current;
  throw new Refusal(null, "NOT_SUBSCRIBED", "This account has no subscription; subscribe begins one.");
}
