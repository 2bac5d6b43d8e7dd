import { readFileSync } from "node:fs";

/**
 * CPU time that the main thread of a process has used. Linux only: `/proc/<pid>/task/<tid>/schedstat`, whose first
 * figure it is (Documentation/scheduler/sched-stats.rst of the kernel). Milliseconds; null where it cannot be told.
 */
export function mainThreadCpuMs(pid: number): number | null {
  try {
    const [nanoseconds] = readFileSync(`/proc/${pid}/task/${pid}/schedstat`, "utf8").split(" ");
    return Number(nanoseconds) / 1e6;
  } catch {
    return null;
  }
}
