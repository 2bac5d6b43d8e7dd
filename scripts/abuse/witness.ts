// Loaded into a server under abuse before anything of its own (`node --expose-gc --import`): tells by the channel to the
// process that started it what only the server itself can measure.
import { monitorEventLoopDelay } from "node:perf_hooks";
import { isMainThread } from "node:worker_threads";

/** What a server says of itself. */
export interface Testimony {
  /** Live objects, after collecting garbage, and memory outside of the heap. Bytes. */
  heapBytes: number;
  /** What the process holds. Bytes. */
  residentBytes: number;
  /** Longest delay of the event loop since it was asked last, as `perf_hooks` sees it. Milliseconds. */
  loopDelayMs: number;
}

const RESOLUTION_MS = 2;

if (isMainThread && process.send) {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  process.on("message", () => {
    const loopDelayMs = delays.max / 1e6;
    globalThis.gc?.();
    const { heapUsed, external, rss } = process.memoryUsage();
    const told: Testimony = { heapBytes: heapUsed + external, residentBytes: rss, loopDelayMs };
    process.send?.(told, () => delays.reset());
  });
  // It is not what keeps the server running.
  process.channel?.unref();
}
