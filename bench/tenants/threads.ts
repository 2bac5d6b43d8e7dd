import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

import { threadsOf } from "../../packages/process/threads.js";
import { V8_THREAD } from "../../packages/process/worker-priority.js";

const LOOK_MS = 4;

/** Watches how many threads of a process hash at once. */
export interface ThreadWatch {
  /** The most that did. */
  most(): Promise<number>;
}

/**
 * Looks at the states of threads (`/proc/<pid>/task/<tid>/stat`, proc(5)): R is running or ready to. Those that hash stand
 * behind the main thread (packages/process/stand-back.ts).
 */
export function watchThreads(pid: number): ThreadWatch {
  let most = 0;
  let watching = true;
  const watched = (async () => {
    for (; watching && existsSync(`/proc/${pid}`); await sleep(LOOK_MS)) most = Math.max(most, hashing(pid));
  })();
  return {
    most: async () => {
      watching = false;
      await watched;
      return most;
    },
  };
}

function hashing(pid: number): number {
  const threads = threadsOf(pid);
  const main = threads.find(({ id }) => id === pid)?.nice ?? NaN;
  // V8's stand behind as well.
  return threads.filter(({ name, state, nice }) => name !== V8_THREAD && state === "R" && nice > main).length;
}
