import { setMaxListeners } from "node:events";

import { ClientGoneError, DeadlinePassedError } from "../../datasources/core/store-error.js";

/**
 * How long a request goes on: until it is answered, its client has gone or its time is up. The last two abort its signal,
 * which every store call and every wait of the request listens to. A mutation that has begun is not stopped by the time,
 * since it may have committed: its answer says what it did.
 */
export class Lifetime {
  readonly #over = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #late = false;
  #writing = false;

  /**
   * @param deadlineMs what the request has in all, for the error that says so. Milliseconds.
   * @param leftMs what is left of it now. Milliseconds.
   * @param standAside lets other requests work while this one waits for what is no work of ours.
   */
  constructor(
    private readonly deadlineMs: number,
    leftMs: number,
    readonly standAside: () => void = () => {},
  ) {
    setMaxListeners(0, this.#over.signal);
    this.#timer = setTimeout(() => this.#expire(), leftMs);
    this.#timer.unref();
  }

  /** Aborted with a `ClientGoneError` or a `DeadlinePassedError`. */
  get signal(): AbortSignal {
    return this.#over.signal;
  }

  /**
   * Enters a field of a mutation, which the deadline does not stop any more.
   *
   * @throws ClientGoneError, DeadlinePassedError where it must not begin.
   */
  write(): void {
    this.#over.signal.throwIfAborted();
    if (this.#late) throw new DeadlinePassedError(this.deadlineMs);
    this.#writing = true;
  }

  /** Waits for what takes no signal, for as long as the request goes on. @throws ClientGoneError, DeadlinePassedError. */
  async wait<T>(work: Promise<T>): Promise<T> {
    const { signal } = this;
    const waiting = new AbortController();
    const over = new Promise<never>((_, reject) => {
      const end = () => reject(signal.reason as Error);
      if (signal.aborted) end();
      else signal.addEventListener("abort", end, { once: true, signal: waiting.signal });
    });
    return Promise.race([work, over]).finally(() => waiting.abort());
  }

  /** The client has gone. */
  leave(): void {
    this.answered();
    this.#over.abort(new ClientGoneError());
  }

  /** There is nothing left to stop. */
  answered(): void {
    clearTimeout(this.#timer);
  }

  #expire(): void {
    this.#late = true;
    if (!this.#writing) this.#over.abort(new DeadlinePassedError(this.deadlineMs));
  }
}
