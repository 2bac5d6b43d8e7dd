import {
  CheckoutTakenOverError,
  type CheckoutSteps,
  type CheckoutTimes,
  type ClaimedCheckout,
} from "../../datasources/checkouts/checkouts.js";
import { PaymentOutcomeUnknownError, type Payments } from "../../datasources/payments/payments.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { pauseAfter } from "../jobs/pauses.js";

/** Before a step is tried again. */
const PAUSES = { firstMs: 250, longestMs: 60_000 };

/** What a checkout is carried on with. */
export interface CheckoutTools {
  steps: CheckoutSteps;
  payments: Payments;
  times: CheckoutTimes;
}

/**
 * Carries a checkout on from wherever it stands: reserve, charge, activate, receipt. It may be killed at any point and run
 * again, also by two workers at once: the provider does the same thing once for the same key, and a step is recorded only by
 * the worker that holds the checkout. A step that is refused, or not answered before its deadline, turns the checkout round:
 * the payment is closed, and given back where it was taken; that is tried until it is known to have happened.
 */
export async function runCheckout(tools: CheckoutTools, tenant: Tenant, id: string): Promise<void> {
  let checkout = await tools.steps.claim(tenant, id, tools.times);
  try {
    while (checkout) checkout = await advance(tools, tenant, checkout);
  } catch (error) {
    if (!(error instanceof CheckoutTakenOverError)) throw error;
  }
}

/** One step. @returns the checkout at its next step; null when it is finished or put off. */
async function advance(
  tools: CheckoutTools,
  tenant: Tenant,
  checkout: ClaimedCheckout,
): Promise<ClaimedCheckout | null> {
  const { steps, payments } = tools;
  const mayFail = checkout.state === "PENDING" || checkout.state === "RESERVED";
  try {
    if (checkout.overdue && mayFail) return await steps.failing(tenant, checkout, "PAYMENT_TIMED_OUT");
    return await STEPS[checkout.state](steps, payments, tenant, checkout);
  } catch (error) {
    if (!(error instanceof PaymentOutcomeUnknownError)) throw error;
    await steps.later(tenant, checkout, pauseAfter(checkout.attempts, PAUSES), "UNKNOWN");
    return null;
  }
}

type Step = (
  steps: CheckoutSteps,
  payments: Payments,
  tenant: Tenant,
  checkout: ClaimedCheckout,
) => Promise<ClaimedCheckout | null>;

const STEPS: Record<ClaimedCheckout["state"], Step> = {
  PENDING: reserve,
  RESERVED: charge,
  CHARGED: activate,
  ACTIVATED: settle,
  COMPENSATING: reverse,
  COMPLETED: async () => null,
  FAILED: async () => null,
};

async function reserve(...[steps, payments, tenant, checkout]: Parameters<Step>) {
  const { id: key, amountCents, currency, paymentMethod: method } = checkout;
  const { state, reference } = await payments.authorize({ key, amountCents, currency, method });
  if (state === "DECLINED") return steps.failing(tenant, checkout, "PAYMENT_DECLINED");
  if (state === "VOIDED") return steps.failing(tenant, checkout, "PAYMENT_TIMED_OUT");
  return steps.reserved(tenant, checkout, reference);
}

async function charge(...[steps, payments, tenant, checkout]: Parameters<Step>) {
  const { state } = await payments.capture(checkout.id);
  if (state === "CAPTURED") return steps.charged(tenant, checkout);
  return steps.failing(tenant, checkout, "PAYMENT_DECLINED");
}

async function activate(...[steps, , tenant, checkout]: Parameters<Step>) {
  return (
    (await steps.activated(tenant, checkout)) ?? (await steps.failing(tenant, checkout, "SUBSCRIPTION_GONE"))
  );
}

async function settle(...[steps, payments, tenant, checkout]: Parameters<Step>) {
  const { credit } = checkout;
  if (credit) {
    await payments.refund(credit.payment, { key: `${checkout.id}-credit`, amountCents: credit.cents });
    return steps.credited(tenant, checkout);
  }
  await steps.completed(tenant, checkout);
  return null;
}

async function reverse(...[steps, payments, tenant, checkout]: Parameters<Step>) {
  const { id } = checkout;
  const { state, amountCents } = await payments.void(id);
  if (state === "AUTHORIZED") throw new PaymentOutcomeUnknownError(`void of ${id}`);
  if (state === "CAPTURED") await payments.refund(id, { key: `${id}-reversal`, amountCents });
  await steps.reversed(tenant, checkout, state === "CAPTURED" ? "REFUNDED" : "VOIDED");
  return null;
}
