import { type GraphQLResolveInfo } from "graphql";
import { Arg, Ctx, Info, Mutation, Query, Resolver } from "type-graphql";

import { Refusal } from "../datasources/core/refusal.js";
import { type FieldPath } from "../datasources/core/store-request.js";
import { CancelSubscriptionInput, ChangePlanInput, SubscribeInput } from "../schema/checkout.input.js";
import { CancelSubscriptionPayload, CheckoutPayload } from "../schema/checkout.type.js";
import { Plan } from "../schema/viewer.type.js";
import { awaitCheckout } from "./await-checkout.js";
import { Context } from "./request/context.js";
import { inputId } from "./request/global-id.js";
import { toCheckoutPayload } from "./checkout.value.js";
import { type Answer } from "./answer.js";
import { payload, refused } from "./payload.js";
import { owner } from "./permissions-gate.js";
import { toPlan, toMembership } from "./profile.value.js";
import { CacheFor } from "../schema/cache.js";
import { Cost, ListSize } from "../schema/cost.js";

@Resolver()
export class CheckoutResolver {
  @CacheFor(300)
  @ListSize(3)
  @Query(() => [Plan], { nullable: true, description: "What can be subscribed to, cheapest first." })
  async plans(@Ctx() ctx: Context, @Info() info: GraphQLResolveInfo) {
    const plans = await ctx.plans(info.path);
    return plans.map((plan) => toPlan(ctx.tenant, plan));
  }

  @Cost(50)
  @Mutation(() => CheckoutPayload, {
    nullable: true,
    description:
      "Begins a membership: the price is reserved, taken, and the membership active, or nothing of it stays. Waits up to two seconds for the end; what is not at its end by then is carried on and answers PENDING.",
  })
  subscribe(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg("input", () => SubscribeInput, { description: "What." }) input: SubscribeInput,
  ) {
    return checkout(ctx, info.path, "subscribe", input);
  }

  @Cost(50)
  @Mutation(() => CheckoutPayload, {
    nullable: true,
    description:
      "Goes on with another plan at once: its price is charged, a new period of a month begins now, and the unused share of the period paid before, to the second, is given back. A cancellation is taken back by it.",
  })
  changePlan(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg("input", () => ChangePlanInput, { description: "To what." }) input: ChangePlanInput,
  ) {
    return checkout(ctx, info.path, "changePlan", input);
  }

  @Mutation(() => CancelSubscriptionPayload, {
    nullable: true,
    description:
      "Has the membership end with the period that is paid for: until `endsAt` everything stays as it is. Cancelling again changes nothing.",
  })
  cancelSubscription(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg("input", () => CancelSubscriptionInput, { description: "With which key." })
    input: CancelSubscriptionInput,
  ) {
    return payload<CancelSubscriptionPayload>({}, async () => {
      const { account } = await owner(ctx, info.path);
      await ctx.gateway.stores.checkouts.cancel(ctx.tenant, account.id, input.idempotencyKey ?? null);
      ctx.becomes(ctx.tenant, ctx.identity);
      const membership = (await ctx.viewer(info.path))?.membership;
      return { membership: membership ? toMembership(ctx.tenant, membership) : null };
    });
  }
}

/** Begins a checkout, or finds it by its key, and answers it at its end or as far as it is. */
async function checkout(
  ctx: Context,
  path: FieldPath,
  operation: "subscribe" | "changePlan",
  input: ChangePlanInput,
): Promise<Answer<CheckoutPayload>> {
  try {
    const { account } = await owner(ctx, path);
    const id = await begin(ctx, account.id, operation, input);
    // What was loaded before knows nothing of the membership.
    ctx.becomes(ctx.tenant, ctx.identity);
    const reached = await awaitCheckout(ctx.gateway.stores.checkouts, ctx.on(path), account.id, id);
    return toCheckoutPayload(ctx.tenant, reached);
  } catch (error) {
    if (error instanceof Refusal) return refused<CheckoutPayload>(error);
    throw error;
  }
}

/** The id of the checkout. @throws Refusal PAYMENTS_UNAVAILABLE, and those of a checkout that cannot begin. */
function begin(
  ctx: Context,
  accountId: string,
  operation: "subscribe" | "changePlan",
  input: ChangePlanInput,
): Promise<string> {
  const planId = inputId(ctx.tenant, "Plan", input.plan, "plan");
  if (!ctx.gateway.payments) {
    const message = "Nothing can be paid here: no payment provider is set up.";
    throw new Refusal(null, "PAYMENTS_UNAVAILABLE", message);
  }
  return ctx.gateway.stores.checkouts[operation](ctx.tenant, {
    accountId,
    planId,
    paymentMethod: input.paymentMethod ?? null,
    idempotencyKey: input.idempotencyKey,
    stepMs: ctx.gateway.checkoutTimes.stepMs,
  });
}
