import { existsSync, readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const LOOK_MS = 4;

/** Watches how many threads of a process hash at once. */
export interface ThreadWatch {
  /** The most that did. */
  most(): Promise<number>;
}

/** Of what `stat` says behind the name of a thread: its state, and how far it stands behind others. */
const STATE = 0;
const NICE = 16;

/**
 * Looks at the states of threads (`/proc/<pid>/task/<tid>/stat`, proc(5)): R is running or ready to. Those that hash stand
 * behind the main thread (packages/passwords/hashing-worker.ts).
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
  const main = Number(statOf(pid, pid)[NICE]);
  const behind = readdirSync(`/proc/${pid}/task`).map((tid) => statOf(pid, Number(tid)));
  return behind.filter((fields) => fields[STATE] === "R" && Number(fields[NICE]) > main).length;
}

/** Nothing where it has ended. */
function statOf(pid: number, tid: number): string[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${tid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return [];
  }
}
