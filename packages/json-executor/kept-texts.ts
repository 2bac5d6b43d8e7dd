/** What is counted of an answer while it is made. */
export interface Counted {
  readonly bytes: number;
  readonly cost: number;
}

/** The text of an object, and what it counts for in an answer. */
export interface KeptText extends Counted {
  readonly text: string;
  readonly scope: string;
  /** As it was sent last, where it was all that there is in an answer. */
  sent?: SentText;
}

/** A text in the bytes of an answer. */
export interface SentText {
  /** What stands around it. */
  before: string;
  after: string;
  bytes: Buffer;
}

/** What a text is kept under: a selection of a type. Two are never the same. */
export class Shelf {}

type Texts = Map<Shelf, WeakMap<object, KeptText>>;

/** What V8 takes for an entry beside its letters, and for a letter: one in the text, and one as it is sent. Bytes. */
const ENTRY = 200;
const LETTER = 2;
/** The part of all room that one text may take. */
const LARGEST = 1 / 16;

/** A scope that asks for nothing as long gives what it has, where others may need it. Milliseconds. */
const IDLE_MS = 60_000;

/** What is kept of one scope: in two generations, of which the older goes but for what was asked for meanwhile. */
class Share {
  #young: Texts = new Map();
  #old: Texts = new Map();
  youngBytes = 0;
  #oldBytes = 0;
  /** Whether it was asked for anything since this was looked at last. */
  asked = true;

  get bytes(): number {
    return this.youngBytes + this.#oldBytes;
  }

  get(shelf: Shelf, object: object): KeptText | undefined {
    this.asked = true;
    return this.#young.get(shelf)?.get(object);
  }

  set(shelf: Shelf, object: object, kept: KeptText, bytes: number): void {
    this.youngBytes += bytes;
    const texts = this.#young.get(shelf);
    if (texts) texts.set(object, kept);
    else this.#young.set(shelf, new WeakMap([[object, kept]]));
  }

  /** Takes one of the older out. */
  takeOld(shelf: Shelf, object: object): KeptText | undefined {
    const texts = this.#old.get(shelf);
    const found = texts?.get(object);
    if (!texts || !found) return undefined;
    texts.delete(object);
    this.#oldBytes -= bytesOf(found);
    return found;
  }

  age(): void {
    this.#old = this.#young;
    this.#oldBytes = this.youngBytes;
    this.#young = new Map();
    this.youngBytes = 0;
  }
}

/**
 * Texts of objects that never change, by the selections that they were made for. They go with their objects, and where
 * there are too many: first those of scopes that ask for nothing, then of the one that has most, so that none loses what
 * it has to another that asks for ever new things.
 */
export class KeptTexts {
  readonly #shares = new Map<string, Share>();
  #bytes = 0;
  #lookedAt: number;
  /** Texts that were taken, and that were made to be taken. */
  hits = 0;
  misses = 0;

  /**
   * @param maxBytes what all of them may take together.
   * @param now milliseconds on a clock that never goes back.
   */
  constructor(
    private readonly maxBytes: number,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.#lookedAt = now();
  }

  /** What they take at most: some may have gone with their objects. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The text of an object in a scope; undefined where none is kept. */
  get(shelf: Shelf, object: object, scope: string): KeptText | undefined {
    const share = this.#shares.get(scope);
    const found = share && (share.get(shelf, object) ?? this.#takeOld(share, shelf, object));
    if (found) this.hits += 1;
    return found;
  }

  set(shelf: Shelf, object: object, kept: KeptText): void {
    this.misses += 1;
    const share = this.#shares.get(kept.scope) ?? new Share();
    share.asked = true;
    this.#shares.set(kept.scope, share);
    this.#put(share, shelf, object, kept);
  }

  #put(share: Share, shelf: Shelf, object: object, kept: KeptText): void {
    const bytes = bytesOf(kept);
    if (bytes > this.maxBytes * LARGEST) return;
    this.#dropIdle();
    // What is left to it: what others do not have, or at least as much as would be each one's.
    const room = Math.max(this.maxBytes / this.#shares.size, this.maxBytes - (this.#bytes - share.bytes));
    if (share.youngBytes + bytes > room / 2) this.#age(share);
    while (this.#bytes + bytes > this.maxBytes) this.#age(this.#largest());
    share.set(shelf, object, kept, bytes);
    this.#bytes += bytes;
  }

  #age(share: Share): void {
    this.#bytes -= share.bytes;
    share.age();
    this.#bytes += share.bytes;
  }

  #largest(): Share {
    return [...this.#shares.values()].reduce((most, each) => (each.bytes > most.bytes ? each : most));
  }

  #dropIdle(): void {
    if (this.#bytes < this.maxBytes / 2 || this.now() - this.#lookedAt < IDLE_MS) return;
    this.#lookedAt = this.now();
    for (const [scope, share] of this.#shares) {
      if (!share.asked) {
        this.#bytes -= share.bytes;
        this.#shares.delete(scope);
      }
      share.asked = false;
    }
  }

  /** One of the older, which is among the younger from now on. */
  #takeOld(share: Share, shelf: Shelf, object: object): KeptText | undefined {
    const found = share.takeOld(shelf, object);
    if (!found) return undefined;
    this.#bytes -= bytesOf(found);
    this.#put(share, shelf, object, found);
    return found;
  }
}

function bytesOf({ text }: KeptText): number {
  return ENTRY + LETTER * text.length;
}
