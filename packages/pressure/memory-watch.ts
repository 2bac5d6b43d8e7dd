import { existsSync, readFileSync } from "node:fs";
import { getHeapStatistics } from "node:v8";

/** Time between two looks. Milliseconds. */
const LOOK_MS = 100;

/** Limits of the control group that the process is in (cgroups v2, then v1); the word `max`, or a huge number, is none. */
const GROUP_LIMITS = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"];

/** Watches how much is used of the memory there is: of V8's heap, and of what the process's control group may have. */
export class MemoryWatch {
  readonly #timer: NodeJS.Timeout;
  readonly #groupLimit = groupLimit();
  #used = 0;

  /** @param percent of the heap, and of the group's limit, that may be used. */
  constructor(private readonly percent: number) {
    this.#look();
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
    this.#timer.unref();
  }

  /** What was used at the last look, as a share of what may be: from 1 on it is too much. */
  get used(): number {
    return this.#used;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const { used_heap_size: heap, heap_size_limit: heapLimit } = getHeapStatistics();
    const share = Math.max(heap / heapLimit, process.memoryUsage.rss() / this.#groupLimit);
    this.#used = share / (this.percent / 100);
  }
}

/** Bytes; Infinity where there is none. */
function groupLimit(): number {
  const file = GROUP_LIMITS.find((path) => existsSync(path));
  const limit = file === undefined ? NaN : Number(readFileSync(file, "utf8"));
  return Number.isFinite(limit) && limit > 0 ? limit : Infinity;
}
