import { setImmediate, setTimeout as sleep } from "node:timers/promises";

/** What was asked has not been answered in time. */
export class LateError extends Error {
  constructor() {
    super("There was no answer in time");
    this.name = "LateError";
  }
}

/**
 * The answer to something, if it comes in time. What has arrived by then and was not looked at yet, because the process
 * was busy, is in time.
 *
 * @param ms milliseconds.
 * @throws LateError
 */
export async function within<T>(ms: number, answer: Promise<T>): Promise<T> {
  const done = new AbortController();
  const late = sleep(ms, undefined, { signal: done.signal })
    .then(() => setImmediate())
    .then(() => {
      throw new LateError();
    });
  late.catch(() => undefined);
  answer.catch(() => undefined);
  try {
    return await Promise.race([answer, late]);
  } finally {
    done.abort();
  }
}
