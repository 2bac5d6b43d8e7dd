import { type Charge, type Payment, type Payments } from "./payments.js";

/** The methods that the sandbox knows, and what becomes of a payment with them. */
export const SANDBOX_METHODS = { pm_demo_visa: "AUTHORIZED", pm_demo_declined: "DECLINED" } as const;

/**
 * A provider inside the process that takes no money, so that a demo can subscribe. It forgets with the process: a payment
 * that it has not heard of is one that it has forgotten.
 */
export class SandboxPayments implements Payments {
  readonly #ledger = new Map<string, Payment>();

  async authorize({ key, amountCents, method }: Charge): Promise<Payment> {
    const accepted: Record<string, Payment["state"]> = SANDBOX_METHODS;
    return this.#put(this.#ledger.get(key) ?? blank(key, amountCents, accepted[method] ?? "DECLINED"));
  }

  async capture(key: string): Promise<Payment> {
    const payment = this.#known(key);
    return this.#put(payment.state === "AUTHORIZED" ? { ...payment, state: "CAPTURED" } : payment);
  }

  async void(key: string): Promise<Payment> {
    const payment = this.#known(key);
    return this.#put(payment.state === "AUTHORIZED" ? { ...payment, state: "VOIDED" } : payment);
  }

  async refund(key: string, refund: { key: string; amountCents: number }): Promise<Payment> {
    const { refunds, ...payment } = this.#known(key);
    const all = { ...refunds, [refund.key]: refund.amountCents };
    const refundedCents = Object.values(all).reduce((sum, cents) => sum + cents, 0);
    return this.#put({ ...payment, refunds: all, refundedCents });
  }

  async find(key: string): Promise<Payment | null> {
    return this.#ledger.get(key) ?? null;
  }

  #known(key: string): Payment {
    return this.#ledger.get(key) ?? blank(key, 0, "AUTHORIZED");
  }

  #put(payment: Payment): Payment {
    this.#ledger.set(payment.key, payment);
    return payment;
  }
}

function blank(key: string, amountCents: number, state: Payment["state"]): Payment {
  return { key, reference: `sandbox-${key}`, state, amountCents, refundedCents: 0, refunds: {} };
}
