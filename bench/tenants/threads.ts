import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const LOOK_MS = 4;

/** Watches which threads of a process compute, beside its main thread. */
export interface ThreadWatch {
  /** The most that computed at once, of those that hash. */
  most(): Promise<number>;
}

/**
 * Looks at the states of threads (`/proc/<pid>/task/<tid>/stat`, proc(5)): R is running or ready to. Those that hash have
 * computed for longer in the end than the threads that V8 keeps for itself.
 */
export function watchThreads(pid: number): ThreadWatch {
  const before = timesOf(pid);
  const looks: string[][] = [];
  let watching = true;
  const watched = (async () => {
    for (; watching; await sleep(LOOK_MS)) looks.push(running(pid));
  })();
  return {
    most: async () => {
      watching = false;
      await watched;
      const hashing = new Set(busy(before, timesOf(pid)));
      return Math.max(0, ...looks.map((look) => look.filter((tid) => hashing.has(tid)).length));
    },
  };
}

const TICKS_OF_HASHING = 10;

function busy(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): string[] {
  return [...after]
    .filter(([tid, ticks]) => ticks - (before.get(tid) ?? 0) >= TICKS_OF_HASHING)
    .map(([tid]) => tid);
}

function running(pid: number): string[] {
  return threadsOf(pid).flatMap(({ tid, fields }) => (fields[0] === "R" ? [tid] : []));
}

function timesOf(pid: number): Map<string, number> {
  return new Map(threadsOf(pid).map(({ tid, fields }) => [tid, Number(fields[11]) + Number(fields[12])]));
}

/** All but the main thread, with what `stat` says behind the name. */
function threadsOf(pid: number): { tid: string; fields: string[] }[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((tid) => {
    if (Number(tid) === pid) return [];
    try {
      const text = readFileSync(`/proc/${pid}/task/${tid}/stat`, "utf8");
      return [{ tid, fields: text.slice(text.lastIndexOf(")") + 2).split(" ") }];
    } catch {
      return []; // It has ended meanwhile.
    }
  });
}
