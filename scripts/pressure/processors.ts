import { execFileSync } from "node:child_process";
import { availableParallelism } from "node:os";

/** What is measured, with its database; and what asks it. */
const PROCESSORS = { gateway: 0, load: 1 };

/**
 * Puts a process, with its threads and what it starts from here on, on the processor of the gateway or on that of the load:
 * the load would take away what it measures.
 *
 * @returns false where it stays where it is: there is one processor only, or no `taskset`.
 */
export function placeOn(side: keyof typeof PROCESSORS, pid: number | undefined): boolean {
  if (availableParallelism() < 2) return false;
  try {
    execFileSync("taskset", ["-a", "-pc", String(PROCESSORS[side]), String(pid)], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
