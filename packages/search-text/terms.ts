import { isCommon, isFunctionWord, joinedPairs, joinWords, plainWords, WHOLE, wholeForms } from "./words.js";

/** One word under which something is found, as an index of words keeps it. */
export interface Term {
  word: string;
  /** How much the weightiest text weighs that has it, in (0, 1]. */
  weight: number;
  /** How much of one of the names it is, in [0, 1]. */
  share: number;
  /** A word somebody would say, not a joined form. */
  spoken: boolean;
  /** Whether misspellings of it are looked for. */
  keyed: boolean;
}

/** A common word's part in a name, where any other word counts 1. */
const COMMON_PART = 0.3;
/** Words of a running text that are indexed. */
const RUNNING_WORDS = 400;

/** Every word under which something is found, each once, gathered text by text. `weight` of a text in (0, 1]. */
export class Terms extends Map<string, Term> {
  /** A name: its words, its neighbours written as one, and all of it written as one. */
  addName(name: string, weight: number): void {
    const words = plainWords(name);
    const parts = words.map((word) => (isCommon(word) ? COMMON_PART : 1));
    const whole = parts.reduce((sum, part) => sum + part, 0);
    words.forEach((word, index) => {
      this.#add(word, { weight, share: parts[index]! / whole, spoken: true, keyed: true });
    });
    joinedPairs(words).forEach((pair, index) => {
      this.#add(pair, { weight, share: (parts[index]! + parts[index + 1]!) / whole, keyed: true });
    });
    if (words.length === 0) return;
    for (const form of wholeForms(words)) this.#add(WHOLE + form, { weight, share: 1, keyed: true });
  }

  /** A person's name: its words, and all of it written as one. */
  addPerson(name: string, weight: number): void {
    const words = plainWords(name);
    for (const word of words) this.#add(word, { weight, spoken: true, keyed: true });
    if (words.length > 1) this.#add(joinWords(words), { weight });
  }

  /** Words of which misspellings find it. */
  addWords(text: string, weight: number): void {
    for (const word of plainWords(text)) this.#add(word, { weight, spoken: true, keyed: true });
  }

  /** A figure, as it stands. */
  addFigure(figure: string, weight: number): void {
    this.#add(figure, { weight, spoken: true });
  }

  /** The beginning of a running text. */
  addRunningText(text: string, weight: number): void {
    for (const word of runningWords(text)) this.#add(word, { weight, spoken: true });
  }

  #add(word: string, found: { weight: number } & Partial<Omit<Term, "word">>): void {
    const known = this.get(word);
    this.set(word, {
      word,
      weight: Math.max(known?.weight ?? 0, found.weight),
      share: Math.max(known?.share ?? 0, found.share ?? 0),
      spoken: (known?.spoken ?? false) || (found.spoken ?? false),
      keyed: (known?.keyed ?? false) || (found.keyed ?? false),
    });
  }
}

/**
 * The words of the beginning of a running text that tell something about it. The others stand in nearly every one: a
 * posting for each would cost room and find nothing.
 */
export function runningWords(text: string): string[] {
  return plainWords(text)
    .slice(0, RUNNING_WORDS)
    .filter((word) => !isFunctionWord(word));
}
