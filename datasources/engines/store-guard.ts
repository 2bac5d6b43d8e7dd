import { setTimeout as sleep } from "node:timers/promises";

import { BrokenCircuitError } from "cockatiel";

import { DeadlineError, Places, PlacesFullError, withinDeadline } from "../../packages/pressure/index.js";
import { StoreAbortedError, StoreUnavailableError } from "../core/store-error.js";
import { describePath, type StoreName, type StoreRequest } from "../core/store-request.js";
import { type Tenant } from "../core/tenant.js";
import { type BreakerState, type Caller, StoreBreakers } from "./store-breakers.js";

export { type BreakerState };

export interface GuardOptions {
  store: StoreName;
  /** Time that one call may take before it is cancelled. Milliseconds. */
  deadlineMs: number;
  /** Calls at once. */
  concurrency: number;
  /** Calls that may wait for a place; as many as may be made at once unless given. */
  waiting?: number;
  /** Whether an error of the driver means that the store is unreachable, as against a call that is wrong in itself. */
  isOutage: (error: unknown) => boolean;
  /** Asks the store for next to nothing, to find out whether it is back. */
  probe: (signal: AbortSignal) => Promise<unknown>;
}

/** One round trip as it is recorded. */
export interface GuardedCall<T> {
  /** `<domain>.<method>`. */
  operation: string;
  uniqueKeys: number;
  /** Keys asked for and the fields that asked, where the request does not say. */
  keys?: number;
  path?: string;
  /** Whether it is a part of more than a request should ask at once: what it misses is not held against the store. */
  beyondBudget?: boolean;
  /** Rows, documents or hits in an answer. */
  rowsOf: (answer: T) => number;
  /** Makes the call; aborting the signal must cancel it at the store. */
  run: (signal: AbortSignal) => Promise<T>;
}

/** What a guard has under way and has seen since the process began. */
export interface GuardReport {
  store: StoreName;
  breaker: BreakerState;
  /** Tenants that are kept from the store, since it does not answer theirs in time. */
  openShares: number;
  inFlight: number;
  queued: number;
  /** Calls that the store was not asked: no place was free, or the breaker was open. */
  rejected: { bulkhead: number; breaker: number };
  /** Calls that it did not answer: not in time, or not at all. */
  failed: { deadline: number; outage: number };
  retries: number;
}

/** Keys that a request may ask for at once before the call is beyond its budget: a level of five full pages. */
const BUDGET_KEYS = 500;
/** Share of calls that may be tried again, and how many retries may be saved up (Finagle's retry budget). */
const RETRY_SHARE = 0.1;
const SAVED_RETRIES = 10;

/** Time between two probes of a store that is left alone, and what each may take: half a second says that it is not well. Milliseconds. */
const PROBE_EVERY_MS = 300;
const PROBE_MS = 500;

/**
 * What every call of a store passes through: a bulkhead, so that a slow store holds only so many requests; a breaker,
 * so that a dead one is not asked but by a probe, both with a share for each tenant; a deadline that cancels; one retry of a read that
 * failed at once, within a budget; and the record in the request's log.
 */
export class StoreGuard {
  readonly #places: Places<number>;
  readonly #breakers: StoreBreakers;
  readonly #seen = {
    rejected: { bulkhead: 0, breaker: 0 },
    failed: { deadline: 0, outage: 0 },
    retries: 0,
  };
  #retries = SAVED_RETRIES;
  #isProbing = false;
  #closed = false;

  constructor(private readonly options: GuardOptions) {
    const { concurrency, waiting = concurrency, isOutage } = options;
    this.#places = new Places({ places: concurrency, waiting });
    this.#breakers = new StoreBreakers(
      isOutage,
      (tenant) => this.#places.hasOthers(tenant),
      () => void this.#probe(),
    );
  }

  get state(): BreakerState {
    return this.#breakers.state;
  }

  report(): GuardReport {
    return {
      store: this.options.store,
      breaker: this.state,
      openShares: this.#breakers.openShares,
      inFlight: this.#places.working,
      queued: this.#places.waiting,
      ...this.#seen,
    };
  }

  /**
   * Makes one call for a request and records it.
   *
   * @throws StoreUnavailableError when the store is down, too slow, or has too many calls under way; at once where the
   *   request has waited for the store in vain before.
   * @throws StoreAbortedError when the request ended meanwhile.
   */
  async call<T>(request: StoreRequest, call: GuardedCall<T>): Promise<T> {
    const { store } = this.options;
    if (request.signal?.aborted) throw new StoreAbortedError(store, request.signal.reason);
    if (request.calls.waitedFor.has(store)) throw new StoreUnavailableError(store);
    this.#retries = Math.min(SAVED_RETRIES, this.#retries + RETRY_SHARE);
    try {
      return await this.#once(request, call);
    } catch (error) {
      if (!this.#mayRetry(error)) throw this.#meaningOf(error, request);
    }
    this.#retries -= 1;
    this.#seen.retries += 1;
    return this.#once(request, call).catch((error: unknown) => {
      throw this.#meaningOf(error, request);
    });
  }

  /**
   * Makes a call that is no read of a request, such as the beginning of a tenant's transaction: breaker and deadline, no
   * retry.
   *
   * @throws StoreUnavailableError when the store is down or too slow.
   */
  async attempt<T>(tenant: Tenant, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const caller = { tenant: tenant.id, beyondBudget: false };
    try {
      return await this.#guarded(run, new AbortController().signal, caller);
    } catch (error) {
      throw this.#meaningOf(error);
    }
  }

  /** Counts an outage that showed itself outside a call. */
  failed(error: unknown): void {
    if (this.state !== "CLOSED" || !this.options.isOutage(error)) return;
    this.#seen.failed.outage += 1;
    this.#breakers.failed(error);
  }

  /** Asks whether the store answers, also while the breaker keeps others from it; fails at the deadline. */
  ask<T>(run: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return withinDeadline(this.options.deadlineMs, run);
  }

  /** Looks for the store no more. */
  close(): void {
    this.#closed = true;
  }

  /** Until the store is back, which a probe finds out: nobody's request is tried on it. */
  async #probe(): Promise<void> {
    if (this.#isProbing) return;
    this.#isProbing = true;
    for (;;) {
      await sleep(PROBE_EVERY_MS, undefined, { ref: false });
      if (this.state === "CLOSED" || this.#closed) break;
      const given = new AbortController().signal;
      const ask = () => withinDeadline(PROBE_MS, this.options.probe);
      await this.#breakers.execute(ask, given).catch(() => undefined);
    }
    this.#isProbing = false;
  }

  async #once<T>(request: StoreRequest, call: GuardedCall<T>): Promise<T> {
    const { operation, uniqueKeys, rowsOf, run } = call;
    const started = performance.now();
    // Of its own where there is none: cockatiel's default is one signal for all calls, and each adds a listener to it.
    const given = request.signal ?? new AbortController().signal;
    const caller = {
      tenant: request.tenant.id,
      beyondBudget: call.beyondBudget ?? uniqueKeys > BUDGET_KEYS,
    };
    let waits = false;
    const answering = this.#places.run(
      caller.tenant,
      () => {
        // Whoever has waited that long for a place has waited long enough.
        if (waits && performance.now() - started > this.options.deadlineMs) throw new PlacesFullError();
        return this.#guarded(run, given, caller);
      },
      given,
    );
    waits = true;
    const answer = await answering;
    const told = {
      store: this.options.store,
      operation,
      // A field that asks for all there is has a store asked for more than it knew of.
      keys: call.keys ?? Math.max(request.requested ?? 0, uniqueKeys),
      uniqueKeys,
      rows: rowsOf(answer),
      path: call.path ?? describePath(request.path),
    };
    request.calls.record(told, started);
    return answer;
  }

  /** Behind breaker and deadline. */
  #guarded<T>(run: (signal: AbortSignal) => Promise<T>, given: AbortSignal, caller: Caller): Promise<T> {
    const call = () =>
      withinDeadline(this.options.deadlineMs, run, given).catch((error: unknown) => {
        // Clients that go away say nothing about the store.
        throw given.aborted ? new StoreAbortedError(this.options.store, given.reason) : error;
      });
    return this.#breakers.execute(call, given, caller);
  }

  #mayRetry(error: unknown): boolean {
    return this.#retries >= 1 && this.state === "CLOSED" && this.options.isOutage(error);
  }

  /** What a failure of the policies or of the driver is to the caller; counted. */
  #meaningOf(error: unknown, request?: StoreRequest): unknown {
    const { store, isOutage } = this.options;
    const { rejected, failed } = this.#seen;
    if (request?.signal?.aborted) return new StoreAbortedError(store, request.signal.reason);
    if (error instanceof PlacesFullError) rejected.bulkhead += 1;
    else if (error instanceof BrokenCircuitError) rejected.breaker += 1;
    else if (error instanceof DeadlineError) {
      failed.deadline += 1;
      request?.calls.waitedFor.add(store);
    } else if (isOutage(error)) failed.outage += 1;
    else return error;
    return new StoreUnavailableError(store, { cause: error });
  }
}
