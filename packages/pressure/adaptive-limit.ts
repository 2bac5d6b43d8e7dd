/** What work of one kind takes when there is no other. */
interface Kind {
  /** Milliseconds; low among what was seen, since nothing makes work faster than it is. */
  alone: number;
  seen: number;
}

/** Samples after which the limit is set anew. */
const WINDOW = 12;
/** How much longer than alone work may take before the limit falls. */
const TOLERANCE = 1.35;
/** What one sample says at most: a single piece of work that waited for something else is no crowd. */
const MOST_RATIO = 4;
/** Share of a new figure in what is kept of `alone`, where it is lower and where it is higher. */
const LOWER = 0.3;
const HIGHER = 0.06;
/** Time between two looks at what work takes alone, and how long one goes on at most. Milliseconds. */
const PROBE_EVERY_MS = 10_000;
const PROBE_MS = 250;
/** Work has to wait for so long before anybody looks: what comes at once is let out without. Milliseconds. */
const CROWD_MS = 300;
/** Samples that a look takes. */
const PROBE_SAMPLES = 4;
/** Kinds that are remembered. */
const KINDS = 500;

export interface AdaptiveLimitOptions {
  least: number;
  most: number;
  first: number;
}

/**
 * How much work may be under way at once, found by what it takes: while work takes about as long as it does alone, the
 * limit that is reached rises; when it takes longer, it is waiting for a processor, a store or the event loop, and the
 * limit falls in proportion. The gradient of Netflix's concurrency-limits (GradientLimit), by kind of work, with what
 * work takes alone looked at anew by letting the crowd out for a moment, as BBR does for the round-trip time (Cardwell
 * et al. 2016, ProbeRTT): a figure that is followed under load would drift with it.
 */
export class AdaptiveLimit {
  readonly #kinds = new Map<number, Kind>();
  #limit: number;
  #sum = 0;
  #count = 0;
  #reached = false;
  #probeAt = 0;
  #reachedAt = -Infinity;
  #probing: { until: number; left: number } | undefined;

  constructor(private readonly options: AdaptiveLimitOptions) {
    this.#limit = options.first;
  }

  /** Work that may be under way now. */
  limitAt(now: number): number {
    if (this.#probing && now >= this.#probing.until) this.#endProbe(now);
    return this.#probing ? 1 : Math.floor(this.#limit);
  }

  /** The same, as it is once a look at work alone is over. */
  get settled(): number {
    return this.#limit;
  }

  /** What work of a kind takes alone; undefined where nobody knows. Milliseconds. */
  aloneOf(kind: number): number | undefined {
    const known = this.#kinds.get(kind);
    return known && known.seen >= PROBE_SAMPLES ? known.alone : undefined;
  }

  /** Notes that there was more work than the limit allows. */
  reach(now: number): void {
    this.#reached = true;
    if (now - this.#reachedAt > CROWD_MS) this.#probeAt = Math.max(this.#probeAt, now + CROWD_MS);
    this.#reachedAt = now;
    if (this.#probing || now < this.#probeAt) return;
    this.#probing = { until: now + PROBE_MS, left: PROBE_SAMPLES };
  }

  /**
   * Learns from work that has ended.
   *
   * @param kind work of one kind takes about as long.
   * @param ms what it took. Milliseconds.
   * @param alone whether there was no other when it began.
   */
  sample(kind: number, ms: number, alone: boolean, now: number): void {
    if (alone) this.#learn(kind, ms);
    if (this.#probing && alone && (this.#probing.left -= 1) <= 0) this.#endProbe(now);
    const known = this.aloneOf(kind);
    if (known === undefined || this.#probing) return;
    this.#sum += Math.log(Math.min(MOST_RATIO, Math.max(1, ms / known)));
    this.#count += 1;
    if (this.#count >= WINDOW) this.#adapt();
  }

  #learn(kind: number, ms: number): void {
    const known = this.#kinds.get(kind) ?? { alone: ms, seen: 0 };
    known.alone += (ms < known.alone ? LOWER : HIGHER) * (ms - known.alone);
    known.seen += 1;
    if (known.seen === 1 && this.#kinds.size >= KINDS) this.#forgetOldest();
    this.#kinds.set(kind, known);
  }

  #forgetOldest(): void {
    const [oldest] = this.#kinds.keys();
    if (oldest !== undefined) this.#kinds.delete(oldest);
  }

  #endProbe(now: number): void {
    this.#probing = undefined;
    this.#probeAt = now + PROBE_EVERY_MS;
  }

  #adapt(): void {
    const ratio = Math.exp(this.#sum / this.#count);
    const gradient = Math.max(0.5, Math.min(1, TOLERANCE / ratio));
    // Room for what comes together; where nobody waited, there is nothing to make room for.
    const room = this.#reached ? Math.max(1, Math.sqrt(this.#limit) / 2) : 0;
    const { least, most } = this.options;
    this.#limit = Math.min(most, Math.max(least, this.#limit * gradient + room));
    this.#sum = this.#count = 0;
    this.#reached = false;
  }
}
