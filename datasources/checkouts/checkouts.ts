import { type CheckoutFailure } from "../core/vocabulary.js";
import { type PlanRecord, type MembershipRecord } from "../accounts/accounts.js";
import { type StoreRequest } from "../core/store-request.js";
import { type Tenant } from "../core/tenant.js";

/**
 * PENDING: nothing reserved yet. RESERVED: nothing taken yet. CHARGED: taken, the membership not yet active. ACTIVATED:
 * active, the receipt not yet written. COMPENSATING: given up; what was reserved or taken is being given back. COMPLETED
 * and FAILED are ends.
 */
export type CheckoutState =
  "PENDING" | "RESERVED" | "CHARGED" | "ACTIVATED" | "COMPENSATING" | "COMPLETED" | "FAILED";

/** A checkout as its account sees it. */
export interface CheckoutRecord {
  id: string;
  state: CheckoutState;
  failure: CheckoutFailure | null;
  amountCents: number;
  /** What is given back of an earlier payment. Cents. */
  creditCents: number;
  currency: string;
  /** The membership that it is for, as it is now. */
  membership: MembershipRecord | null;
}

export interface SubscribeRequest {
  accountId: string;
  planId: string;
  /** The provider's token; null takes that of the account's last checkout. */
  paymentMethod: string | null;
  idempotencyKey: string;
  /** Time for the first step. Milliseconds. */
  stepMs: number;
}

/** Plans, memberships and what is paid for them. */
export interface Checkouts {
  /** What can be subscribed to, cheapest first. */
  plans(request: StoreRequest): Promise<PlanRecord[]>;
  /**
   * Begins a checkout with its job, once for a key, and answers its id.
   *
   * @throws Refusal PLAN_NOT_FOUND, ALREADY_SUBSCRIBED, CHECKOUT_IN_PROGRESS, PAYMENT_METHOD_INVALID or of the key.
   */
  subscribe(tenant: Tenant, request: SubscribeRequest): Promise<string>;
  /** The same for a change of plan. @throws Refusal also NOT_SUBSCRIBED, SAME_PLAN and PAYMENT_METHOD_REQUIRED. */
  changePlan(tenant: Tenant, request: SubscribeRequest): Promise<string>;
  /**
   * Has the membership end with its period; one that ends already stays as it is.
   *
   * @throws Refusal NOT_SUBSCRIBED or CHECKOUT_IN_PROGRESS, or of the key.
   */
  cancel(tenant: Tenant, accountId: string, idempotencyKey: string | null): Promise<void>;
  /** Those that the account has, by id; one store call. */
  byIds(
    request: StoreRequest,
    accountId: string,
    ids: readonly string[],
  ): Promise<Map<string, CheckoutRecord>>;
  /** Ends a membership whose cancelled period is over; one that goes on stays as it is. */
  end(tenant: Tenant, membershipId: string): Promise<void>;
}

/** Times of a checkout. Milliseconds. */
export interface CheckoutTimes {
  /** Until a step is given up and what was done is undone. */
  stepMs: number;
  /** Until another worker may take over from one that says nothing any more. */
  leaseMs: number;
}

/** A checkout in the hands of one worker. */
export interface ClaimedCheckout {
  id: string;
  state: CheckoutState;
  amountCents: number;
  currency: string;
  paymentMethod: string;
  /** An earlier payment to give something back of; null where there is none or it has been done. */
  credit: { payment: string; cents: number } | null;
  /** Attempts at the present step, this one included. */
  attempts: number;
  /** Whether the present step has taken longer than it may. */
  overdue: boolean;
  /** Names this claim: what another worker has claimed since is out of reach. */
  lease: string;
  times: CheckoutTimes;
}

/** What a worker records of a checkout: each method is one transaction, and answers the checkout at its next step. */
export interface CheckoutSteps {
  /** Takes a checkout in hand; null when it is finished, in other hands or not there. */
  claim(tenant: Tenant, id: string, times: CheckoutTimes): Promise<ClaimedCheckout | null>;
  /** PENDING to RESERVED. */
  reserved(tenant: Tenant, claim: ClaimedCheckout, reference: string): Promise<ClaimedCheckout>;
  /** RESERVED to CHARGED. */
  charged(tenant: Tenant, claim: ClaimedCheckout): Promise<ClaimedCheckout>;
  /** CHARGED to ACTIVATED with the membership active; null where there is no membership to activate any more. */
  activated(tenant: Tenant, claim: ClaimedCheckout): Promise<ClaimedCheckout | null>;
  /** ACTIVATED: the earlier payment has been given back in part. */
  credited(tenant: Tenant, claim: ClaimedCheckout): Promise<ClaimedCheckout>;
  /** ACTIVATED to COMPLETED with the receipt. */
  completed(tenant: Tenant, claim: ClaimedCheckout): Promise<void>;
  /** Gives up: to COMPENSATING. */
  failing(tenant: Tenant, claim: ClaimedCheckout, why: CheckoutFailure): Promise<ClaimedCheckout>;
  /** COMPENSATING to FAILED: nothing is reserved any more, and what was taken has been given back. */
  reversed(tenant: Tenant, claim: ClaimedCheckout, how: "VOIDED" | "REFUNDED"): Promise<void>;
  /** Puts the present step off. */
  later(tenant: Tenant, claim: ClaimedCheckout, delayMs: number, why: string): Promise<void>;
}

/** Another worker has taken the checkout over: what this one did is for that one to find out. */
export class CheckoutTakenOverError extends Error {
  constructor() {
    super("Another worker has taken this checkout over");
    this.name = "CheckoutTakenOverError";
  }
}

/** Tasks of the saga runner, by the names under which jobs of running deployments wait. */
export const CHECKOUT_TASK = "checkout";
export const END_MEMBERSHIP_TASK = "end-subscription";
