import { setMaxListeners } from "node:events";

import { ClientGoneError, DeadlinePassedError } from "../../datasources/core/store-error.js";

/**
 * How long a request goes on: until it is answered, its client has gone or its time is up. The last two abort its signal,
 * which every store call and every wait of the request listens to. A mutation that has begun is not stopped by the time,
 * since it may have committed: its answer says what it did.
 */
export class Lifetime {
  readonly #over = new AbortController();
  #unbegun: AbortController | undefined;
  /** What ends those who wait for what takes no signal. */
  readonly #waiting = new Set<(reason: Error) => void>();
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
   * The same for what waits for its turn and has done nothing yet: the deadline stops that of a mutation as well.
   */
  get unbegun(): AbortSignal {
    if (!this.#unbegun) {
      this.#unbegun = new AbortController();
      if (this.#over.signal.aborted) this.#unbegun.abort(this.#over.signal.reason);
      else if (this.#late) this.#unbegun.abort(new DeadlinePassedError(this.deadlineMs));
    }
    return this.#unbegun.signal;
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
  wait<T>(work: Promise<T>): Promise<T> {
    const { signal } = this;
    if (signal.aborted) return Promise.reject(signal.reason as Error);
    return new Promise((resolve, reject) => {
      this.#waiting.add(reject);
      void work.then(resolve, reject).finally(() => this.#waiting.delete(reject));
    });
  }

  /** The client has gone. */
  leave(): void {
    this.answered();
    this.#end(new ClientGoneError());
  }

  /** There is nothing left to stop. */
  answered(): void {
    clearTimeout(this.#timer);
  }

  #expire(): void {
    this.#late = true;
    const passed = new DeadlinePassedError(this.deadlineMs);
    if (this.#writing) this.#unbegun?.abort(passed);
    else this.#end(passed);
  }

  #end(reason: Error): void {
    this.#over.abort(reason);
    this.#unbegun?.abort(reason);
    for (const end of this.#waiting) end(reason);
  }
}
