import { constants } from "node:os";

/** Signals by which somebody has a command stop. */
export type InterruptSignal = "SIGINT" | "SIGTERM";

/** Somebody has had a command stop before it was done. */
export class InterruptedError extends Error {
  /** That of a process which a signal ended: 128 and the signal's number. */
  readonly exitCode: number;

  constructor(signal: InterruptSignal) {
    super(`Interrupted by ${signal}.`);
    this.name = "InterruptedError";
    this.exitCode = 128 + constants.signals[signal];
  }
}

/**
 * Does something until it is done or a signal comes; a second one ends the process at once.
 *
 * @throws InterruptedError where a signal came: what was under way then is nobody's any more.
 */
export async function untilInterrupted<T>(work: () => Promise<T>): Promise<T> {
  const listening = new AbortController();
  const interrupted = new Promise<never>((_, reject) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      const interrupt = () => reject(new InterruptedError(signal));
      process.once(signal, interrupt);
      listening.signal.addEventListener("abort", () => process.off(signal, interrupt));
    }
  });
  try {
    return await Promise.race([work(), interrupted]);
  } finally {
    listening.abort();
  }
}
