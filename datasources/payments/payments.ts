/** What is to be paid. */
export interface Charge {
  /** Chosen by us and known to the provider from then on: the same key is the same payment, however often it is asked for. */
  key: string;
  amountCents: number;
  /** ISO 4217. */
  currency: string;
  /** The provider's token of a card or account. */
  method: string;
}

/**
 * AUTHORIZED: reserved, not taken. CAPTURED: taken; what was given back stands in `refundedCents`. VOIDED: closed without
 * anything taken, and nothing can be any more. DECLINED: the provider or the bank said no.
 */
export type PaymentState = "AUTHORIZED" | "CAPTURED" | "VOIDED" | "DECLINED";

/** A payment as the provider has it. */
export interface Payment {
  key: string;
  /** The provider's own name for it. */
  reference: string;
  state: PaymentState;
  amountCents: number;
  refundedCents: number;
  /** What was given back, by the key of each refund. Cents. */
  refunds: Record<string, number>;
}

/**
 * Whoever takes the money. Every method may be called again with the same key and has its effect once; the answer is the
 * state that the payment has then, which may be another than asked for. An answer that does not come is not taken for a
 * no: each method asks what happened before it gives up.
 *
 * @throws PaymentOutcomeUnknownError when the provider does not say what happened: try again later.
 */
export interface Payments {
  /** Reserves the amount: AUTHORIZED or DECLINED, or how far the payment has got meanwhile. */
  authorize(charge: Charge): Promise<Payment>;
  /** Takes what was reserved: CAPTURED, or VOIDED where that came first. */
  capture(key: string): Promise<Payment>;
  /** Closes a payment for good, known to the provider or not: VOIDED or DECLINED, or CAPTURED where that came first. */
  void(key: string): Promise<Payment>;
  /** Gives back some of what was taken. The key of the refund, like that of the payment, makes it happen once. */
  refund(key: string, refund: { key: string; amountCents: number }): Promise<Payment>;
  /** What the provider knows of a payment; null when it has never heard of it. */
  find(key: string): Promise<Payment | null>;
}

/** Nobody knows whether the provider did what it was asked. */
export class PaymentOutcomeUnknownError extends Error {
  constructor(operation: string, options?: { cause?: unknown }) {
    super(`The payment provider did not say what became of ${operation}`, options);
    this.name = "PaymentOutcomeUnknownError";
  }
}
