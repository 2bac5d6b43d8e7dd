import { type AnswerBound } from "./answer-bound.js";
import { type Counted, type KeptText, type KeptTexts, type Shelf } from "./kept-texts.js";

const NOTHING: Counted = { bytes: 0, cost: 0 };

/** Texts that a run may take and keep. */
export interface Keeping {
  texts: KeptTexts;
  /** What resolvers of fixed fields go by beside their objects and arguments. */
  scope: string;
}

/** Takes and keeps texts for one run. */
export class Keeper {
  /** Whether a text is being made that is to be kept: what is within it is not kept by itself. */
  busy = false;
  #found = 0;
  #last: KeptText | undefined;

  constructor(
    private readonly keeping: Keeping,
    private readonly bound: AnswerBound | undefined,
  ) {}

  /** The text of an object, counted as if it were made anew; undefined where there is none, or it is too much. */
  find(shelf: Shelf, object: object): string | undefined {
    const kept = this.keeping.texts.get(shelf, object, this.keeping.scope);
    if (!kept || !(this.bound?.recount(kept) ?? true)) return undefined;
    this.#found += 1;
    this.#last = kept;
    return kept.text;
  }

  /** The one that was found, where it was one alone. */
  get lone(): KeptText | undefined {
    return this.#found === 1 ? this.#last : undefined;
  }

  counted(): Counted {
    return this.bound ? this.bound.counted() : NOTHING;
  }

  /** @param before what was counted before the text was made. */
  keep(shelf: Shelf, object: object, text: string, before: Counted): void {
    const after = this.counted();
    // Has V8 put together in one piece what was added up: it is many times smaller.
    text.charCodeAt(0);
    this.keeping.texts.set(shelf, object, {
      text,
      scope: this.keeping.scope,
      bytes: after.bytes - before.bytes,
      cost: after.cost - before.cost,
    });
  }
}
