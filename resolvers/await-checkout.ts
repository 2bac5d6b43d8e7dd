import { setTimeout as sleep } from "node:timers/promises";

import { type CheckoutRecord, type Checkouts } from "../datasources/checkouts/checkouts.js";
import { type StoreRequest } from "../datasources/core/store-request.js";

/** How long a mutation waits for the end of its checkout. Milliseconds. */
const PATIENCE_MS = 2_000;
/** Pauses between two looks: the first and the longest. Milliseconds. */
const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 200;

/** A checkout once it has ended, or as far as it is when patience or the request has; null where there is no such one. */
export async function awaitCheckout(
  checkouts: Checkouts,
  request: StoreRequest,
  accountId: string,
  id: string,
): Promise<CheckoutRecord | null> {
  const until = performance.now() + PATIENCE_MS;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(LONGEST_PAUSE_MS, pause * 2)) {
    const checkout = (await checkouts.byIds(request, accountId, [id])).get(id) ?? null;
    const ended = !checkout || checkout.state === "COMPLETED" || checkout.state === "FAILED";
    if (ended || performance.now() + pause > until) return checkout;
    await sleep(pause);
  }
}
