import { existsSync, readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const LOOK_MS = 4;

/** Watches how many threads of a process hash at once. */
export interface ThreadWatch {
  /** The most that did. */
  most(): Promise<number>;
}

/** Of what `stat` says of a thread: its name, its state, and how far it stands behind others. */
interface ThreadState {
  name: string;
  state: string;
  nice: number;
}

/** Threads that stand behind the main thread as well (packages/process/worker-priority.ts). */
const OF_V8 = "V8Worker";

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
  const main = stateOf(pid, pid)?.nice ?? NaN;
  const all = readdirSync(`/proc/${pid}/task`).map((tid) => stateOf(pid, Number(tid)));
  return all.filter((each) => each && each.name !== OF_V8 && each.state === "R" && each.nice > main).length;
}

/** Undefined where it has ended. */
function stateOf(pid: number, tid: number): ThreadState | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/task/${tid}/stat`, "utf8");
    const end = text.lastIndexOf(")");
    const [state = "", ...more] = text.slice(end + 2).split(" ");
    return { name: text.slice(text.indexOf("(") + 1, end), state, nice: Number(more[15]) };
  } catch {
    return undefined;
  }
}
