import {
  BrokenCircuitError,
  bulkhead,
  BulkheadRejectedError,
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  handleWhen,
  TaskCancelledError,
  timeout,
  TimeoutStrategy,
  wrap,
} from "cockatiel";

import { StoreAbortedError, StoreUnavailableError } from "./store-error.js";
import { describePath, type StoreName, type StoreRequest } from "./store-request.js";

export interface GuardOptions {
  store: StoreName;
  /** Time that one call may take before it is cancelled. Milliseconds. */
  deadlineMs: number;
  /** Calls at once; as many again may wait for a place. */
  concurrency: number;
  /** Whether an error of the driver means that the store is unreachable, as against a call that is wrong in itself. */
  isOutage: (error: unknown) => boolean;
}

/** One round trip as it is recorded. */
export interface GuardedCall<T> {
  /** `<domain>.<method>`. */
  operation: string;
  uniqueKeys: number;
  /** Rows, documents or hits in an answer. */
  rowsOf: (answer: T) => number;
  /** Makes the call; aborting the signal must cancel it at the store. */
  run: (signal: AbortSignal) => Promise<T>;
}

export type BreakerState = "CLOSED" | "OPEN" | "HALF_OPEN";

/** Failures in a row after which a store is left alone, and how long. Milliseconds. */
const FAILURES_TO_OPEN = 5;
const OPEN_MS = 1_000;
/** Share of calls that may be tried again, and how many retries may be saved up (Finagle's retry budget). */
const RETRY_SHARE = 0.1;
const SAVED_RETRIES = 10;

/**
 * What every call of a store passes through: a bulkhead, so that a slow store holds only so many requests; a breaker,
 * so that a dead one is not asked; a deadline that cancels; one retry of a read that failed at once, within a budget;
 * and the record in the request's log.
 */
export class StoreGuard {
  readonly #policy;
  readonly #breaker;
  readonly #deadline;
  #retries = SAVED_RETRIES;

  constructor(private readonly options: GuardOptions) {
    const counts = handleWhen((error) => error instanceof TaskCancelledError || options.isOutage(error));
    this.#breaker = circuitBreaker(counts, {
      halfOpenAfter: OPEN_MS,
      breaker: new ConsecutiveBreaker(FAILURES_TO_OPEN),
    });
    this.#policy = wrap(bulkhead(options.concurrency, options.concurrency), this.#breaker);
    this.#deadline = timeout(options.deadlineMs, TimeoutStrategy.Aggressive);
  }

  get state(): BreakerState {
    if (this.#breaker.state === CircuitState.Closed) return "CLOSED";
    return this.#breaker.state === CircuitState.HalfOpen ? "HALF_OPEN" : "OPEN";
  }

  /**
   * Makes one call for a request and records it.
   *
   * @throws StoreUnavailableError when the store is down, too slow, or has too many calls under way.
   * @throws StoreAbortedError when the request ended meanwhile.
   */
  async call<T>(request: StoreRequest, call: GuardedCall<T>): Promise<T> {
    if (request.signal?.aborted) throw new StoreAbortedError(this.options.store);
    this.#retries = Math.min(SAVED_RETRIES, this.#retries + RETRY_SHARE);
    try {
      return await this.#once(request, call);
    } catch (error) {
      if (!this.#mayRetry(error)) throw this.#meaningOf(error, request);
      this.#retries -= 1;
    }
    return this.#once(request, call).catch((error: unknown) => {
      throw this.#meaningOf(error, request);
    });
  }

  async #once<T>(request: StoreRequest, { operation, uniqueKeys, rowsOf, run }: GuardedCall<T>): Promise<T> {
    const started = performance.now();
    // Of its own where there is none: cockatiel's default is one signal for all calls, and each adds a listener to it.
    const given = request.signal ?? new AbortController().signal;
    const answer = await this.#policy.execute(
      () =>
        this.#deadline
          .execute(({ signal }) => run(signal), given)
          .catch((error: unknown) => {
            // Inside the breaker: clients that go away say nothing about the store.
            throw given.aborted ? new StoreAbortedError(this.options.store) : error;
          }),
      given,
    );
    request.calls.record({
      store: this.options.store,
      operation,
      keys: request.requested ?? uniqueKeys,
      uniqueKeys,
      rows: rowsOf(answer),
      ms: Math.round((performance.now() - started) * 100) / 100,
      path: describePath(request.path),
    });
    return answer;
  }

  #mayRetry(error: unknown): boolean {
    return this.#retries >= 1 && this.state === "CLOSED" && this.options.isOutage(error);
  }

  #meaningOf(error: unknown, request: StoreRequest): unknown {
    if (request.signal?.aborted) return new StoreAbortedError(this.options.store);
    const refused =
      error instanceof BrokenCircuitError ||
      error instanceof BulkheadRejectedError ||
      error instanceof TaskCancelledError;
    if (refused || this.options.isOutage(error)) {
      return new StoreUnavailableError(this.options.store, { cause: error });
    }
    return error;
  }
}
