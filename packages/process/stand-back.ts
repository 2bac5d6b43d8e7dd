import { readlinkSync } from "node:fs";
import { constants, getPriority, setPriority } from "node:os";
import path from "node:path";

/** How far a thread stands behind: a tenth of the time of a processor that others want whole. */
const BEHIND = 10;

/**
 * Has the thread that calls it stand behind: whoever waits for anything else goes first, where there are fewer processors
 * than work. Linux has a priority for each thread (setpriority(2), "C library/kernel differences"); elsewhere it computes like
 * any other.
 */
export function standBack(): void {
  try {
    const thread = Number(path.basename(readlinkSync("/proc/thread-self")));
    setPriority(thread, Math.min(constants.priority.PRIORITY_LOW, getPriority(thread) + BEHIND));
  } catch {
    // No such name, or no right to it.
  }
}
