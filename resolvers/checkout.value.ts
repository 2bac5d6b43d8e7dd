import { type CheckoutRecord } from "../datasources/checkouts/checkouts.js";
import { type CheckoutFailure } from "../datasources/core/vocabulary.js";
import { type Tenant } from "../datasources/core/tenant.js";
import { type Checkout, type CheckoutPayload, type PublicCheckoutState } from "../schema/checkout.type.js";
import { type UserError } from "../schema/user-error.type.js";
import { type Answer, type NodeAnswer } from "./answer.js";
import { toGlobalId } from "./request/global-id.js";
import { toMembership } from "./profile.value.js";

const STATES: Record<CheckoutRecord["state"], PublicCheckoutState> = {
  PENDING: "PENDING",
  RESERVED: "PENDING",
  CHARGED: "PENDING",
  ACTIVATED: "PENDING",
  COMPENSATING: "REVERSING",
  COMPLETED: "COMPLETED",
  FAILED: "FAILED",
};

const FAILURES: Record<CheckoutFailure, Omit<UserError, "code">> = {
  PAYMENT_DECLINED: {
    field: "paymentMethod",
    message: "The payment was declined; nothing was taken. Try another payment method with a new key.",
  },
  PAYMENT_TIMED_OUT: {
    field: null,
    message: "The payment provider did not answer in time; nothing was kept. Try again with a new key.",
  },
  SUBSCRIPTION_GONE: {
    field: null,
    message: "The subscription ended meanwhile; what was taken was given back. Subscribe anew.",
  },
};

/** A checkout as GraphQL reads it. */
export function toCheckout(tenant: Tenant, checkout: CheckoutRecord) {
  const { state, failure, amountCents, creditCents, currency } = checkout;
  return {
    __typename: "Checkout" as const,
    id: toGlobalId(tenant, "Checkout", checkout.id),
    state: STATES[state],
    failure,
    amountCents,
    creditCents,
    currency,
  } satisfies NodeAnswer<Checkout>;
}

/** The payload of a mutation that began a checkout, or found it by its key. */
export function toCheckoutPayload(tenant: Tenant, checkout: CheckoutRecord | null) {
  const failure = checkout?.failure;
  const membership = checkout?.membership;
  return {
    checkout: checkout && toCheckout(tenant, checkout),
    membership: membership && !failure ? toMembership(tenant, membership) : null,
    errors: failure ? [{ code: failure, ...FAILURES[failure] }] : [],
  } satisfies Answer<CheckoutPayload>;
}
