import { FairCache } from "../../packages/fair-cache/index.js";
import { type Kept } from "./kept-entry.js";
import { type SharedEntries } from "./shared-entries.js";

/** What has come of reads, by key. */
export interface KeptFigures {
  /** Answered from what was kept. */
  hits: number;
  /** Answered by a call that another request had made already. */
  shared: number;
  /** Asked of the store. */
  misses: number;
  /** Calls that asked for a stamp and for nothing else. */
  looks: number;
  /** In shadow mode: compared with what the store answered under the same stamp. */
  compared: number;
  /** Of those, what was another answer. */
  differences: number;
}

export interface MemoryOptions {
  maxBytes: number;
  /** What lists may take that are held, with all that is in them. */
  listBytes: number;
  /** Whether stores answer everything, and what is kept is compared with that. */
  shadow: boolean;
  /** Told, in one line, of the first difference that is found. */
  warn: (line: string) => void;
}

/** What a process keeps of answers, for all its servers together. */
export class KeptMemory {
  /** What processes keep for each other, where they do. */
  shared: SharedEntries | undefined;
  readonly cache: FairCache<Kept>;
  /** What was put together from entries; what is in it counts in full, since entries may have gone before it. */
  readonly lists: FairCache<object>;
  readonly shadow: boolean;
  readonly figures: KeptFigures = { hits: 0, shared: 0, misses: 0, looks: 0, compared: 0, differences: 0 };

  constructor(private readonly options: MemoryOptions) {
    this.cache = new FairCache(options.maxBytes);
    this.lists = new FairCache(options.listBytes);
    this.shadow = options.shadow;
  }

  /** Counts a comparison. @param operation what was asked: of what was answered, nothing is told. */
  compared(operation: string, equal: boolean): void {
    this.figures.compared += 1;
    if (equal) return;
    this.figures.differences += 1;
    if (this.figures.differences > 1) return;
    this.options.warn(
      `What is kept of ${operation} is not what the store answers. Others are counted, not told.`,
    );
  }
}
