import { type VersionedTitle } from "../core/title.document.js";
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

const WEIGHT = {
  name: 1,
  alternative: 0.95,
  people: 0.62,
  genre: 0.55,
  year: 0.6,
  tag: 0.4,
  studio: 0.4,
  synopsis: 0.28,
};
/** Fields that weigh less are minor: they count only for words that few titles have. */
export const MINOR = 0.5;
/** A common word's part in a name, where any other word counts 1. */
const COMMON_PART = 0.3;
/** Words of a synopsis that are indexed. */
const SYNOPSIS_WORDS = 400;

/** Every word under which a title is found, each once. */
export function termsOf(title: VersionedTitle): Map<string, Term> {
  const terms = new Map<string, Term>();
  addName(terms, title.name, WEIGHT.name);
  for (const name of title.alternativeNames) addName(terms, name, WEIGHT.alternative);
  for (const credit of title.credits) addPerson(terms, credit.person.name);
  for (const genre of title.genres) addWords(terms, genre.name, WEIGHT.genre, true);
  for (const tag of title.tags) addWords(terms, tag, WEIGHT.tag, true);
  if (title.studio) addWords(terms, title.studio.name, WEIGHT.studio, true);
  if (title.releaseYear !== null)
    add(terms, String(title.releaseYear), { weight: WEIGHT.year, spoken: true });
  if (title.synopsis) addSynopsis(terms, title.synopsis);
  return terms;
}

function addName(terms: Map<string, Term>, name: string, weight: number): void {
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

function addPerson(terms: Map<string, Term>, name: string): void {
  const words = wordsOf(name).map((word) => word.text);
  for (const word of words) add(terms, word, { weight: WEIGHT.people, spoken: true, keyed: true });
  if (words.length > 1) add(terms, joinWords(words), { weight: WEIGHT.people });
}

function addWords(terms: Map<string, Term>, text: string, weight: number, keyed: boolean): void {
  for (const { text: word } of wordsOf(text)) add(terms, word, { weight, spoken: true, keyed });
}

function addSynopsis(terms: Map<string, Term>, synopsis: string): void {
  for (const { text: word } of wordsOf(synopsis).slice(0, SYNOPSIS_WORDS)) {
    // They stand in nearly every synopsis: a posting for each would cost room and find nothing.
    if (!isFunctionWord(word)) add(terms, word, { weight: WEIGHT.synopsis, spoken: true });
  }
}

function add(
  terms: Map<string, Term>,
  word: string,
  found: { weight: number } & Partial<Omit<Term, "word">>,
): void {
  const known = terms.get(word);
  terms.set(word, {
    word,
    weight: Math.max(known?.weight ?? 0, found.weight),
    share: Math.max(known?.share ?? 0, found.share ?? 0),
    spoken: (known?.spoken ?? false) || (found.spoken ?? false),
    keyed: (known?.keyed ?? false) || (found.keyed ?? false),
  });
}
