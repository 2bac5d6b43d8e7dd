import { LRUCache } from "lru-cache";

/** An owner that nobody has asked for that long gives what it has before any other. Milliseconds. */
const IDLE_MS = 60_000;
/** The part of all room that one entry may take. */
const LARGEST = 1 / 16;

interface Share<V extends object> {
  kept: LRUCache<string, V>;
  usedAt: number;
}

/** How full a cache is, and what it has given away since it was made. */
export interface FairCacheReport {
  bytes: number;
  entries: number;
  owners: number;
  evictions: number;
}

/**
 * Entries of many owners in so many bytes. Where there is no more room, an owner gives that nobody asks for, and where all
 * are asked for the one that has most: so none has more than an equal share while others need theirs (max-min fairness).
 * Of an owner's entries the one goes first that was asked for longest ago.
 */
export class FairCache<V extends object> {
  readonly #shares = new Map<string, Share<V>>();
  #bytes = 0;
  #evictions = 0;

  /**
   * @param maxBytes what all entries may take together, by what is said of each.
   * @param now milliseconds on a clock that never goes back.
   */
  constructor(
    readonly maxBytes: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  get(owner: string, key: string): V | undefined {
    const share = this.#shares.get(owner);
    if (!share) return undefined;
    share.usedAt = this.now();
    return share.kept.get(key);
  }

  /** Whether anything is kept of an owner. */
  has(owner: string): boolean {
    return this.#shares.has(owner);
  }

  /** Keeps an entry in the place of what has its key; none that would take a large part of all there is. */
  set(owner: string, key: string, value: V, bytes: number): void {
    const share = this.#share(owner);
    this.#change(owner, share, () =>
      bytes > this.maxBytes * LARGEST
        ? share.kept.delete(key)
        : share.kept.set(key, value, { size: Math.max(1, Math.ceil(bytes)) }),
    );
    while (this.#bytes > this.maxBytes) this.#evict();
  }

  report(): FairCacheReport {
    const entries = [...this.#shares.values()].reduce((total, { kept }) => total + kept.size, 0);
    return { bytes: this.#bytes, entries, owners: this.#shares.size, evictions: this.#evictions };
  }

  #share(owner: string): Share<V> {
    // Room is made here, for all owners together.
    const made = this.#shares.get(owner) ?? {
      kept: new LRUCache({ maxSize: Number.MAX_SAFE_INTEGER }),
      usedAt: 0,
    };
    made.usedAt = this.now();
    this.#shares.set(owner, made);
    return made;
  }

  #change(owner: string, { kept }: Share<V>, change: () => unknown): void {
    const before = kept.calculatedSize;
    change();
    this.#bytes += kept.calculatedSize - before;
    if (kept.size === 0) this.#shares.delete(owner);
  }

  #evict(): void {
    const idle = this.now() - IDLE_MS;
    const sooner = (a: Share<V>, b: Share<V>) =>
      a.usedAt < idle || b.usedAt < idle
        ? a.usedAt < b.usedAt
        : a.kept.calculatedSize > b.kept.calculatedSize;
    const [owner, share] = [...this.#shares].reduce((first, each) =>
      sooner(each[1], first[1]) ? each : first,
    );
    this.#change(owner, share, () => share.kept.pop());
    this.#evictions += 1;
  }
}
