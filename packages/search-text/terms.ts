import { keysOfWord } from "./misspellings.js";
import {
  coreWords,
  FAMILY,
  GENRE,
  isCommon,
  isFunctionWord,
  joinedNumbers,
  joinedPairs,
  joinWords,
  PERSON,
  plainWords,
  WHOLE,
  wholeForms,
  wholeNumberForms,
} from "./words.js";

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
/** What a name is worth with its numbers written in another way. */
const OTHER_FORM = 0.97;
/** What somebody asks for with no more than a person's, a family's or a genre's name is that, before what else has the word. */
const WHOLE_PERSON = { weight: 0.95, share: 0.9 };
const WHOLE_FAMILY = { weight: 0.9, share: 0.85 };
const WHOLE_GENRE = { weight: 0.97, share: 0.97 };
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
    const part = (at: number, length: number) =>
      parts.slice(at, at + length).reduce((sum, each) => sum + each, 0) / whole;
    for (const { text, at, length } of joinedPairs(words))
      this.#add(text, { weight, share: part(at, length), keyed: true });
    for (const { text, length } of joinedNumbers(words)) this.#add(text, { weight, share: length / whole });
    if (words.length === 0) return;
    for (const form of wholeForms(words)) this.#add(WHOLE + form, { weight, share: 1, keyed: true });
    for (const form of wholeNumberForms(words))
      this.#add(WHOLE + form, { weight: OTHER_FORM * weight, share: OTHER_FORM, keyed: true });
  }

  /** A person's name: its words, and all of it written as one. */
  addPerson(name: string, weight: number): void {
    const words = plainWords(name);
    for (const word of words) this.#add(word, { weight, spoken: true, keyed: true });
    if (words.length > 1) this.#add(joinWords(words), { weight });
    if (words.length > 0) this.#add(PERSON + joinWords(words), WHOLE_PERSON);
    if (words.length > 1) this.#add(FAMILY + words.at(-1)!, WHOLE_FAMILY);
  }

  /** A genre: its words, and all of its name. */
  addGenre(name: string, weight: number): void {
    this.addWords(name, weight);
    const words = coreWords(plainWords(name));
    if (words.length > 0) this.#add(GENRE + joinWords(words), WHOLE_GENRE);
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
 * posting for each would cost room and find nothing. Nor do figures tell anything, sums and dates, or the month between
 * two of them.
 */
export function runningWords(text: string): string[] {
  const words = plainWords(text).slice(0, RUNNING_WORDS);
  const isFigure = (word = "") => /\d/.test(word);
  return words.filter(
    (word, at) =>
      !isFunctionWord(word) && !isFigure(word) && !(isFigure(words[at - 1]) && isFigure(words[at + 1])),
  );
}

const EXAMPLES = [
  ...["E.T. & the O'Hara", "Amélie", "卧虎藏龙", "カタカナ", "=?", "🎬 🍿"],
  ...["Rocky II: Nine ½ Days", "Twenty-First 20,000", "On 7 August 1998"],
];

/** How texts of every kind are read: an index that was filled when they were read otherwise has another form. */
export const READING = EXAMPLES.map((text) => {
  const terms = new Terms();
  terms.addName(text, 1);
  terms.addPerson(text, 1);
  terms.addGenre(text, 1);
  return [[...terms.values()], runningWords(text), plainWords(text).map(keysOfWord)];
});
