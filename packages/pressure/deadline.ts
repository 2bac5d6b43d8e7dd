/** Work has not ended in time. */
export class DeadlineError extends Error {
  constructor(ms: number) {
    super(`Not done within ${String(ms)} ms`);
    this.name = "DeadlineError";
  }
}

/**
 * Gives work so much time, and waits for it no longer than that. Cockatiel's `timeout` (3.2.1) does as much; but what a
 * call under it holds outlives collections of young garbage, by which reads had each of them take twice as long.
 *
 * @param ms milliseconds.
 * @param work is told by its signal to stop, at the deadline and where `given` is aborted.
 * @param given ends it before.
 * @throws DeadlineError at the deadline; what `given` was aborted with; what the work throws.
 */
export async function withinDeadline<T>(
  ms: number,
  work: (signal: AbortSignal) => Promise<T>,
  given?: AbortSignal,
): Promise<T> {
  given?.throwIfAborted();
  const stopped = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let leave: (() => void) | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    const stop = (reason: Error) => {
      stopped.abort();
      reject(reason);
    };
    timer = setTimeout(() => stop(new DeadlineError(ms)), ms);
    leave = () => stop(given?.reason as Error);
    given?.addEventListener("abort", leave);
  });
  try {
    return await Promise.race([work(stopped.signal), tooLong]);
  } finally {
    clearTimeout(timer);
    if (leave) given?.removeEventListener("abort", leave);
  }
}
