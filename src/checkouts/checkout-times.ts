import { type CheckoutTimes } from "../../datasources/checkouts/checkouts.js";

/** Calls of the provider that fit between two records of a checkout: two tries and what is asked after each. */
const CALLS_BETWEEN = 5;
/** Calls of the provider after which a step is given up. */
const CALLS_OF_STEP = 20;
/** For everything that is not the provider. Milliseconds. */
const SLACK_MS = 1_000;

/** How long a checkout's steps may take and its worker may be silent, from the time that one call of the provider may take. */
export function checkoutTimes(deadlineMs: number): CheckoutTimes {
  return { stepMs: CALLS_OF_STEP * deadlineMs, leaseMs: CALLS_BETWEEN * deadlineMs + SLACK_MS };
}
