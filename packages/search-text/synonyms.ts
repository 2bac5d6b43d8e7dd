import { readWordLists } from "./word-lists.js";
import { coreWords, joinWords, plainWords } from "./words.js";

const LISTS = readWordLists();
const wordOf = (text: string): string => plainWords(text).join("");
const phraseOf = (text: string): string => joinWords(coreWords(plainWords(text)));

const SAME = mapOf(
  LISTS.same
    .map((words) => words.map(wordOf))
    .flatMap((words) => words.map((word) => [word, words] as const)),
);
const GENRES = mapOf(
  LISTS.genres.flatMap(({ name, asked }) => asked.map((text) => [phraseOf(text), [phraseOf(name)]] as const)),
);
const BESIDE_GENRES = new Set(LISTS.besideGenres.map(wordOf));
const BESIDE_FAMILIES = new Set(LISTS.besideFamilies.map(wordOf));

/** Most ways of writing a text whose words may be written otherwise. */
const MOST_FORMS = 8;

/** Other words that are the same by the lists: `mister` for `mr`. */
export function sameWords(word: string): string[] {
  return (SAME.get(word) ?? []).filter((other) => other !== word);
}

/** A text with its words in other ways of writing them, without the text as it is. */
export function sameTexts(words: readonly string[]): string[][] {
  let texts: string[][] = [[]];
  for (const word of words) {
    const forms = [word, ...sameWords(word)];
    texts = texts.flatMap((text) => forms.map((form) => [...text, form])).slice(0, MOST_FORMS);
  }
  return texts.slice(1);
}

/** The genres that a text may ask for, written as one word: the text itself, and those that the lists have for it. */
export function genresAsked(words: readonly string[]): string[] {
  const telling = words.filter((word) => !BESIDE_GENRES.has(word));
  const text = joinWords(telling.length > 0 ? telling : words);
  return [text, ...(GENRES.get(text) ?? [])];
}

/** Whether a word behind a family's name says that all of them are meant. */
export function isBesideFamily(word: string): boolean {
  return BESIDE_FAMILIES.has(word);
}

function mapOf(pairs: readonly (readonly [string, readonly string[]])[]): Map<string, string[]> {
  const map = new Map<string, string[]>();
  for (const [key, values] of pairs) map.set(key, [...(map.get(key) ?? []), ...values]);
  return map;
}
