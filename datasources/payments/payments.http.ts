import { z } from "zod";

import { PaymentOutcomeUnknownError, type Charge, type Payment, type Payments } from "./payments.js";

const paymentBody = z.object({
  key: z.string(),
  reference: z.string(),
  state: z.enum(["AUTHORIZED", "CAPTURED", "VOIDED", "DECLINED"]),
  amountCents: z.number().int(),
  refundedCents: z.number().int(),
  refunds: z.record(z.string(), z.number().int()),
});

/** How often one operation is asked for before its outcome is left open. */
const TRIES = 2;

export interface HttpPaymentsOptions {
  /** Where the provider's API begins. */
  url: string;
  /** Sent as a bearer token; null where none is needed. */
  key: string | null;
  /** Time that one request may take. Milliseconds. */
  deadlineMs: number;
}

interface Operation {
  /** For messages: `capture`. */
  name: string;
  key: string;
  method: "PUT" | "POST";
  path: string;
  body?: object;
  /** Whether a payment shows that the operation has had its effect, or never can. */
  settled: (payment: Payment) => boolean;
}

/**
 * A payment provider over HTTP: `PUT /payments/{key}` reserves, `POST /payments/{key}/capture`, `…/void` and
 * `PUT /payments/{key}/refunds/{refund key}` go on from there, `GET /payments/{key}` tells; each answers the payment.
 */
export class HttpPayments implements Payments {
  constructor(private readonly options: HttpPaymentsOptions) {}

  authorize({ key, ...body }: Charge): Promise<Payment> {
    return this.#perform({ name: "authorize", key, method: "PUT", path: "", body, settled: () => true });
  }

  capture(key: string): Promise<Payment> {
    const settled = ({ state }: Payment) => state !== "AUTHORIZED";
    return this.#perform({ name: "capture", key, method: "POST", path: "/capture", settled });
  }

  void(key: string): Promise<Payment> {
    const settled = ({ state }: Payment) => state !== "AUTHORIZED";
    return this.#perform({ name: "void", key, method: "POST", path: "/void", settled });
  }

  refund(key: string, refund: { key: string; amountCents: number }): Promise<Payment> {
    return this.#perform({
      name: "refund",
      key,
      method: "PUT",
      path: `/refunds/${encodeURIComponent(refund.key)}`,
      body: { amountCents: refund.amountCents },
      settled: ({ refunds }) => refund.key in refunds,
    });
  }

  async find(key: string): Promise<Payment | null> {
    try {
      const response = await this.#send("GET", key, "");
      return response.status === 404 ? null : await paymentOf(response);
    } catch (cause) {
      throw new PaymentOutcomeUnknownError("find", { cause });
    }
  }

  /** Asks; where no answer comes, asks what happened; asks again with the same key only where nothing has. */
  async #perform(operation: Operation): Promise<Payment> {
    let cause: unknown;
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      try {
        return await paymentOf(
          await this.#send(operation.method, operation.key, operation.path, operation.body),
        );
      } catch (error) {
        cause = error;
      }
      const known = await this.find(operation.key);
      if (known && operation.settled(known)) return known;
    }
    throw new PaymentOutcomeUnknownError(operation.name, { cause });
  }

  #send(method: string, key: string, path: string, body?: object): Promise<Response> {
    const { url, key: secret, deadlineMs } = this.options;
    return fetch(`${url.replace(/\/+$/, "")}/payments/${encodeURIComponent(key)}${path}`, {
      method,
      headers: {
        ...(secret === null ? {} : { authorization: `Bearer ${secret}` }),
        ...(body ? { "content-type": "application/json" } : {}),
      },
      body: body ? JSON.stringify(body) : null,
      redirect: "error",
      signal: AbortSignal.timeout(deadlineMs),
    });
  }
}

async function paymentOf(response: Response): Promise<Payment> {
  if (!response.ok) {
    await response.body?.cancel();
    throw new Error(`The payment provider answered ${response.status}`);
  }
  return paymentBody.parse(await response.json());
}
