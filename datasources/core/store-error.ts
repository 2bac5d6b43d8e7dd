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

/** An answer that can be done without: null where its store does not give it. */
export function ifAnswered<T>(answer: Promise<T>): Promise<T | null> {
  return answer.catch((error: unknown) => {
    if (error instanceof StoreUnavailableError) return null;
    throw error;
  });
}

/** A request's time was up before it was answered. */
export class DeadlinePassedError extends Error {
  /** @param deadlineMs what it had. Milliseconds. */
  constructor(readonly deadlineMs: number) {
    super(`The request's deadline of ${deadlineMs} ms has passed`);
    this.name = "DeadlinePassedError";
  }
}

/** Nobody waits for the answer any more. */
export class ClientGoneError extends Error {
  constructor() {
    super("The client has gone");
    this.name = "ClientGoneError";
  }
}

/** The request was over (its `cause`: client gone or deadline passed) before the store had answered. */
export class StoreAbortedError extends Error {
  /** @param cause what the request's signal was aborted with. */
  constructor(
    readonly store: StoreName,
    cause?: unknown,
  ) {
    super(`The request ended before ${store} was asked`, { cause });
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
