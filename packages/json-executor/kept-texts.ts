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

/**
 * Texts of objects that never change, by the selections that they were made for. They go with their objects, and where
 * there are too many: in two generations, of which the older goes when the younger has filled half of the room, but for
 * what was asked for meanwhile.
 */
export class KeptTexts {
  #young: Texts = new Map();
  #old: Texts = new Map();
  #youngBytes = 0;
  #oldBytes = 0;
  /** Texts that were taken, and that were made to be taken. */
  hits = 0;
  misses = 0;

  /** @param maxBytes what all of them may take together. */
  constructor(private readonly maxBytes: number) {}

  /** What they take at most: some may have gone with their objects. */
  get bytes(): number {
    return this.#youngBytes + this.#oldBytes;
  }

  /** The text of an object in a scope; undefined where none is kept. */
  get(shelf: Shelf, object: object, scope: string): KeptText | undefined {
    const found = this.#young.get(shelf)?.get(object) ?? this.#takeOld(shelf, object);
    if (found?.scope !== scope) return undefined;
    this.hits += 1;
    return found;
  }

  set(shelf: Shelf, object: object, kept: KeptText): void {
    this.misses += 1;
    this.#put(shelf, object, kept);
  }

  #put(shelf: Shelf, object: object, kept: KeptText): void {
    const bytes = bytesOf(kept);
    if (bytes > this.maxBytes * LARGEST) return;
    if (this.#youngBytes + bytes > this.maxBytes / 2) this.#age();
    this.#youngBytes += bytes;
    const texts = this.#young.get(shelf);
    if (texts) texts.set(object, kept);
    else this.#young.set(shelf, new WeakMap([[object, kept]]));
  }

  #age(): void {
    this.#old = this.#young;
    this.#oldBytes = this.#youngBytes;
    this.#young = new Map();
    this.#youngBytes = 0;
  }

  /** One of the older, which is among the younger from now on. */
  #takeOld(shelf: Shelf, object: object): KeptText | undefined {
    const texts = this.#old.get(shelf);
    const found = texts?.get(object);
    if (!texts || !found) return undefined;
    texts.delete(object);
    this.#oldBytes -= bytesOf(found);
    this.#put(shelf, object, found);
    return found;
  }
}

function bytesOf({ text }: KeptText): number {
  return ENTRY + LETTER * text.length;
}
