import { readdir, readFile } from "node:fs/promises";
import { constants, setPriority } from "node:os";

/** What the threads of V8 are called, since Node.js 22. */
const V8_THREAD = "V8Worker";
const THREADS = "/proc/self/task";

/**
 * Has the threads on which V8 marks garbage and compiles stand behind all others of the machine (nice 19, for each thread
 * of its own; sched(7)). There are four of them: where the process has one processor they take four fifths of it from the
 * thread that answers for as long as a collection lasts. Where processors are idle, nothing changes.
 *
 * @returns how many threads stand behind now: none on other systems than Linux, before Node.js 22, and where it may not be.
 */
export async function yieldToMainThread(): Promise<number> {
  let yielding = 0;
  for (const thread of await readdir(THREADS).catch(() => [])) {
    const name = await readFile(`${THREADS}/${thread}/comm`, "utf8").catch(() => "");
    if (name.trim() !== V8_THREAD) continue;
    try {
      setPriority(Number(thread), constants.priority.PRIORITY_LOW);
      yielding += 1;
    } catch {
      // Not allowed, or over: it goes on as it is.
    }
  }
  return yielding;
}
