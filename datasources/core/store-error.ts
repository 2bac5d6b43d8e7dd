import { type StoreName } from "./store-request.js";

/** A store did not answer: it is down, unreachable, or too slow. Costs only the fields that asked for it. */
export class StoreUnavailableError extends Error {
  constructor(
    readonly store: StoreName,
    options?: { cause?: unknown },
  ) {
    super(`${store} is not available`, options);
    this.name = "StoreUnavailableError";
  }
}

/** The caller gave up (client gone or deadline passed) before the store was asked. */
export class StoreAbortedError extends Error {
  constructor(readonly store: StoreName) {
    super(`The request ended before ${store} was asked`);
    this.name = "StoreAbortedError";
  }
}

/** A store refused some of what it was given because of what these entries hold; it took the others. */
export class RefusedEntriesError extends Error {
  /** @param reasons by the local id of the title or profile at fault. */
  constructor(
    readonly store: StoreName,
    readonly reasons: ReadonlyMap<string, string>,
  ) {
    const [id, reason] = [...reasons][0] ?? [];
    super(`${store} refused ${reasons.size} entries, the first ${id}: ${reason}`);
    this.name = "RefusedEntriesError";
  }
}
