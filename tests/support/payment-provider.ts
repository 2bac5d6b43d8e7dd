import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import { type Payment } from "../../datasources/payments/payments.js";

export type Operation = "authorize" | "capture" | "void" | "refund" | "find";

/**
 * What goes wrong with a request. "before" is without the effect, "after" with it. HANG: no answer. LATE: the effect comes
 * when the client has stopped waiting. ERROR: 500. DROP: the connection breaks. TWICE: two answers to one request.
 */
export type Fault =
  | "HANG_BEFORE"
  | "HANG_AFTER"
  | "LATE"
  | "ERROR_BEFORE"
  | "ERROR_AFTER"
  | "DROP_BEFORE"
  | "DROP_AFTER"
  | "TWICE";

/** A payment provider over real HTTP with a ledger of its own. */
export interface PaymentProvider {
  url: string;
  /** What it has been asked for, in order. */
  requests: { operation: Operation; key: string }[];
  /** How often money moved, by payment: what must not be more than one each. */
  moves: Map<string, { captures: number; refunds: number }>;
  /** Payments by key. */
  ledger: Map<string, Payment>;
  /** Has the next requests of an operation go wrong. */
  fail(operation: Operation, fault: Fault, times?: number): void;
  /** Called at a request, before and after its effect; the answer waits for it. */
  onRequest: (operation: Operation, moment: "BEFORE" | "AFTER", key: string) => void | Promise<void>;
  /** What it has of somebody's money: taken and not given back. Cents. */
  kept(key: string): number;
  /** Resolves when every LATE request has had its effect. */
  settled(): Promise<void>;
  reset(): void;
  close(): Promise<void>;
}

/** @param lateMs when the effect of a LATE request comes: longer than the client waits. */
export async function startPaymentProvider(lateMs: number): Promise<PaymentProvider> {
  const faults = new Map<Operation, { fault: Fault; times: number }>();
  const server = createServer((request, response) => void serve(request, response).catch(() => undefined));
  const late = new Set<Promise<void>>();
  const provider: PaymentProvider = {
    url: "",
    requests: [],
    moves: new Map(),
    ledger: new Map(),
    fail: (operation, fault, times = 1) => void faults.set(operation, { fault, times }),
    onRequest: () => undefined,
    kept: (key) => {
      const payment = provider.ledger.get(key);
      return payment?.state === "CAPTURED" ? payment.amountCents - payment.refundedCents : 0;
    },
    reset: () => {
      faults.clear();
      provider.onRequest = () => undefined;
      provider.requests.length = 0;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await provider.settled();
    },
    settled: async () => {
      await Promise.all(late);
    },
  };

  function nextFault(operation: Operation): Fault | undefined {
    const planned = faults.get(operation);
    if (!planned || planned.times === 0) return undefined;
    planned.times -= 1;
    return planned.fault;
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request);
    const { operation, key, refund } = routeOf(request);
    provider.requests.push({ operation, key });
    const act = () => effect(provider, operation, key, refund, body);
    const fault = nextFault(operation);
    if (fault === "LATE") return void late.add(sleep(lateMs).then(() => void act()));
    if (fault === "HANG_BEFORE") return;
    if (fault === "DROP_BEFORE") return void request.socket.destroy();
    if (fault === "ERROR_BEFORE") return void response.writeHead(500).end("{}");
    await provider.onRequest(operation, "BEFORE", key);
    const payment = act();
    await provider.onRequest(operation, "AFTER", key);
    if (fault === "HANG_AFTER") return;
    if (fault === "DROP_AFTER") return void request.socket.destroy();
    if (fault === "ERROR_AFTER") return void response.writeHead(500).end("{}");
    const text = JSON.stringify(payment ?? {});
    if (fault === "TWICE") {
      const answer = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
      return void request.socket.write(answer + answer);
    }
    response.writeHead(payment ? 200 : 404, { "content-type": "application/json" }).end(text);
  }

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  provider.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return provider;
}

function routeOf(request: IncomingMessage): { operation: Operation; key: string; refund: string } {
  const [, , key = "", action, refund = ""] = (request.url ?? "").split("/").map(decodeURIComponent);
  if (action === "refunds") return { operation: "refund", key, refund };
  if (action === "capture" || action === "void") return { operation: action, key, refund };
  return { operation: request.method === "PUT" ? "authorize" : "find", key, refund };
}

/** The effect on the ledger, once for a key; answers the payment. */
function effect(
  provider: PaymentProvider,
  operation: Operation,
  key: string,
  refund: string,
  body: { amountCents?: number; method?: string },
): Payment | undefined {
  const { ledger, moves } = provider;
  const known = ledger.get(key);
  if (operation === "find") return known;
  const payment = known ?? {
    key,
    reference: `ref-${key}`,
    state: operation === "void" ? "VOIDED" : body.method === "pm_declined" ? "DECLINED" : "AUTHORIZED",
    amountCents: body.amountCents ?? 0,
    refundedCents: 0,
    refunds: {},
  };
  if (operation !== "authorize" && operation !== "void" && !known) return undefined;
  ledger.set(key, payment);
  const moved = moves.get(key) ?? { captures: 0, refunds: 0 };
  moves.set(key, moved);
  if (operation === "capture" && payment.state === "AUTHORIZED") {
    payment.state = "CAPTURED";
    moved.captures += 1;
  }
  if (operation === "void" && payment.state === "AUTHORIZED") payment.state = "VOIDED";
  if (operation === "refund" && !(refund in payment.refunds)) {
    payment.refunds[refund] = body.amountCents ?? 0;
    payment.refundedCents += body.amountCents ?? 0;
    moved.refunds += 1;
  }
  return payment;
}

async function bodyOf(request: IncomingMessage): Promise<{ amountCents?: number; method?: string }> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  return text ? (JSON.parse(text) as { amountCents?: number; method?: string }) : {};
}
