import { constants, setPriority } from "node:os";

import { threadsOf } from "./threads.js";

/** What the threads of V8 are called, since Node.js 22. */
export const V8_THREAD = "V8Worker";

/**
 * Has the threads on which V8 marks garbage and compiles stand behind all others of the machine (nice 19, for each thread
 * of its own; sched(7)). There are four of them: where the process has one processor they take four fifths of it from the
 * thread that answers for as long as a collection lasts. Where processors are idle, nothing changes; nor does it on other
 * systems than Linux, before Node.js 22, and where it may not be.
 */
export function yieldToMainThread(): void {
  for (const { id, name } of threadsOf(process.pid)) {
    if (name !== V8_THREAD) continue;
    try {
      setPriority(id, constants.priority.PRIORITY_LOW);
    } catch {
      // Not allowed, or over: it goes on as it is.
    }
  }
}
