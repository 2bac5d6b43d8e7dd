import { BrokenCircuitError, circuitBreaker, CircuitState, ConsecutiveBreaker, handleWhen } from "cockatiel";

import { DeadlineError } from "../../packages/pressure/index.js";

export type BreakerState = "CLOSED" | "OPEN" | "HALF_OPEN";

/** Failures in a row after which a store is left alone, and how long at least until it is asked again. Milliseconds. */
const FAILURES_TO_OPEN = 5;
const OPEN_MS = 250;
/** How long a tenant is left alone. Milliseconds. */
const SHARE_OPEN_MS = 1_000;

/** A deadline that was missed and says nothing about the store as a whole. */
class OwnMissError extends Error {
  constructor(readonly missed: DeadlineError) {
    super(missed.message);
    this.name = "OwnMissError";
  }
}

/** On whose behalf a call is made. */
export interface Caller {
  tenant: number;
  /** Whether it asks for more than a request should: that it takes long says nothing about anybody but itself. */
  beyondBudget: boolean;
}

/** One tenant's misses since the store has last answered it. */
interface Misses {
  count: number;
  openUntil: number;
}

/**
 * The breakers of one store: one that all share, and a share of it for each tenant. A connection that fails counts
 * against the store at once. A deadline that is missed counts against the tenant's share; against the store only where
 * several tenants miss theirs without an answer in between, or where there is no other tenant to tell. So whoever asks
 * for what takes too long is left alone, and not the store. Where one is missed that counts against the store, those that
 * have been waiting without any answer since it was made count with it: they will miss theirs one after the other.
 */
export class StoreBreakers {
  readonly #all;
  readonly #shares = new Map<number, Misses>();
  /** Calls that wait for an answer, and when the last one came; `performance.now()`. */
  #waiting = 0;
  #answeredAt = -Infinity;

  /**
   * @param isOutage whether an error of the driver means that the store is unreachable.
   * @param hasOthers whether tenants other than that one use the store.
   * @param onOpen told when the one that all share opens: from then on nobody's call is made until a probe has found the
   *   store well.
   */
  constructor(
    private readonly isOutage: (error: unknown) => boolean,
    private readonly hasOthers: (tenant: number) => boolean,
    onOpen: () => void,
  ) {
    this.#all = circuitBreaker(
      handleWhen((error) => this.#isSilence(error)),
      { halfOpenAfter: OPEN_MS, breaker: new ConsecutiveBreaker(FAILURES_TO_OPEN) },
    );
    this.#all.onBreak(onOpen);
  }

  /** Of the breaker that all share. */
  get state(): BreakerState {
    if (this.#all.state === CircuitState.Closed) return "CLOSED";
    return this.#all.state === CircuitState.HalfOpen ? "HALF_OPEN" : "OPEN";
  }

  /** Tenants that are kept from the store just now. */
  get openShares(): number {
    return [...this.#shares.values()].filter(({ openUntil }) => openUntil > Date.now()).length;
  }

  /**
   * Makes a call unless a breaker is open.
   *
   * @param caller absent for what is no tenant's: a probe.
   * @throws BrokenCircuitError where one is; also for a probe, while another is out or it is too soon. DeadlineError
   *   at the deadline, and what the call throws.
   */
  async execute<T>(call: () => Promise<T>, signal: AbortSignal, caller?: Caller): Promise<T> {
    if (this.state === "HALF_OPEN" || (caller && (this.state === "OPEN" || this.#keepsOut(caller.tenant))))
      throw new BrokenCircuitError();
    const madeAt = performance.now();
    const waits = caller && !caller.beyondBudget ? 1 : 0;
    this.#waiting += waits;
    try {
      const answer = await this.#all.execute(
        () =>
          call().catch((error: unknown) => {
            if (!signal.aborted && !this.#isSilence(error)) this.#answeredAt = performance.now();
            return this.#judge(error, madeAt, caller);
          }),
        signal,
      );
      this.#answeredAt = performance.now();
      // Nearly always there is nothing to forget.
      if (this.#shares.size > 0) this.#answered(caller);
      return answer;
    } catch (error) {
      throw error instanceof OwnMissError ? error.missed : error;
    } finally {
      this.#waiting -= waits;
    }
  }

  /** Counts an outage that showed itself outside a call. */
  failed(error: unknown): void {
    void this.#all.execute(() => Promise.reject(error as Error)).catch(() => undefined);
  }

  /** While a share is open, one call a second is let through to see. */
  #keepsOut(tenant: number): boolean {
    const misses = this.#shares.get(tenant);
    if (!misses || misses.count < FAILURES_TO_OPEN) return false;
    const now = Date.now();
    if (now < misses.openUntil) return true;
    misses.openUntil = now + SHARE_OPEN_MS;
    return false;
  }

  /** @throws the error, or what it is where it does not count against the store. */
  #judge(error: unknown, madeAt: number, caller: Caller | undefined): never {
    // A probe without an answer has not found the store well, whoever made it.
    if (!(error instanceof DeadlineError) || !caller || this.state === "HALF_OPEN") throw error;
    if (caller.beyondBudget) throw new OwnMissError(error);
    this.#missed(caller.tenant);
    const shared = this.#shares.size > 1 || !this.hasOthers(caller.tenant);
    if (!shared) throw new OwnMissError(error);
    if (this.#answeredAt < madeAt) for (let left = this.#waiting; left > 1; left -= 1) this.failed(error);
    throw error;
  }

  /** Whether a store that fails like that has said nothing: whatever else it says, it is there. */
  #isSilence(error: unknown): boolean {
    return error instanceof DeadlineError || this.isOutage(error);
  }

  #missed(tenant: number): void {
    const count = (this.#shares.get(tenant)?.count ?? 0) + 1;
    const openUntil = count < FAILURES_TO_OPEN ? 0 : Date.now() + SHARE_OPEN_MS;
    this.#shares.set(tenant, { count, openUntil });
  }

  /** What a tenant was answered is its own; that anybody was, is known of all who had not missed often yet. */
  #answered(caller: Caller | undefined): void {
    for (const [tenant, { count }] of this.#shares)
      if (tenant === caller?.tenant || count < FAILURES_TO_OPEN) this.#shares.delete(tenant);
  }
}
