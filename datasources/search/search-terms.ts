import { WORD_PLACES, type WordPlace } from "../core/title-field.js";
import { type ProjectedTitle } from "../core/title.document.js";
import { searchedTexts } from "./searched-texts.js";
import { coreWords, isCommon, isFunctionWord, joinWords, wordsOf } from "./search-text.js";

/** Marks the whole of a name in the vocabulary. */
export const WHOLE = "=";

/** One word of a title as the index keeps it. */
export interface Term {
  word: string;
  /** How much the weightiest field weighs that has it, in (0, 1]. */
  weight: number;
  /** How much of one of the title's names it is, in [0, 1]. */
  share: number;
  /** A word somebody would say, not a joined form. */
  spoken: boolean;
  /** Whether misspellings of it are looked for. */
  keyed: boolean;
}

/** Fields that weigh less are minor: they count only for words that few titles have. */
export const MINOR = 0.5;
/** A common word's part in a name, where any other word counts 1. */
const COMMON_PART = 0.3;
/** Words of a synopsis that are indexed. */
const SYNOPSIS_WORDS = 400;

type Terms = Map<string, Term>;

/** How the words of a text count that stands in a place. */
const READERS: Record<WordPlace, (terms: Terms, text: string, weight: number) => void> = {
  name: addName,
  otherNames: addName,
  people: addPerson,
  year: (terms, year, weight) => add(terms, year, { weight, spoken: true }),
  genreWords: addWords,
  facts: addWords,
  synopsis: addSynopsis,
};

/** Every word under which a title is found, each once. */
export function termsOf(title: ProjectedTitle): Map<string, Term> {
  const terms: Terms = new Map();
  for (const { place, text } of searchedTexts(title)) {
    READERS[place](terms, text, WORD_PLACES[place].weight);
  }
  return terms;
}

function addName(terms: Terms, name: string, weight: number): void {
  const words = wordsOf(name).map((word) => word.text);
  if (words.length === 0) return;
  const parts = words.map((word) => (isCommon(word) ? COMMON_PART : 1));
  const whole = parts.reduce((sum, part) => sum + part, 0);
  words.forEach((word, index) => {
    const part = parts[index] ?? 0;
    add(terms, word, { weight, share: part / whole, spoken: true, keyed: true });
    const next = words[index + 1];
    if (next === undefined) return;
    const share = (part + (parts[index + 1] ?? 0)) / whole;
    add(terms, joinWords([word, next]), { weight, share, keyed: true });
  });
  for (const form of wholeForms(words)) add(terms, WHOLE + form, { weight, share: 1, keyed: true });
}

/** A name written as one word: with every word, and without the common ones. */
export function wholeForms(words: readonly string[]): string[] {
  return [...new Set([joinWords(words), joinWords(coreWords(words))])];
}

function addPerson(terms: Terms, name: string, weight: number): void {
  const words = wordsOf(name).map((word) => word.text);
  for (const word of words) add(terms, word, { weight, spoken: true, keyed: true });
  if (words.length > 1) add(terms, joinWords(words), { weight });
}

function addWords(terms: Terms, text: string, weight: number): void {
  for (const { text: word } of wordsOf(text)) add(terms, word, { weight, spoken: true, keyed: true });
}

function addSynopsis(terms: Terms, synopsis: string, weight: number): void {
  for (const { text: word } of wordsOf(synopsis).slice(0, SYNOPSIS_WORDS)) {
    // They stand in nearly every synopsis: a posting for each would cost room and find nothing.
    if (!isFunctionWord(word)) add(terms, word, { weight, spoken: true });
  }
}

function add(terms: Terms, word: string, found: { weight: number } & Partial<Omit<Term, "word">>): void {
  const known = terms.get(word);
  terms.set(word, {
    word,
    weight: Math.max(known?.weight ?? 0, found.weight),
    share: Math.max(known?.share ?? 0, found.share ?? 0),
    spoken: (known?.spoken ?? false) || (found.spoken ?? false),
    keyed: (known?.keyed ?? false) || (found.keyed ?? false),
  });
}
