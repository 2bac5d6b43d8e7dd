import { readWordLists, type WordLists } from "./word-lists.js";
import { coreWords, joinWords, plainWords } from "./words.js";

/** What somebody adds to the lists that come with the package. Words and phrases as they are typed, not folded. */
export type AddedLists = Pick<WordLists, "same" | "genres">;

/** Words that some of a text's are the same as. */
export interface Phrase {
  /** How many of the text's words they stand for. */
  length: number;
  /** Every way of writing these, the one in the text among them, each as its words. */
  forms: readonly (readonly string[])[];
}

/** Most ways of writing a text whose words may be written otherwise. */
const MOST_FORMS = 8;
/** Words of the longest phrase that is looked for. */
export const LONGEST_PHRASE = 4;

const wordsOf = (text: string): string[] => coreWords(plainWords(text));
const keyOf = (words: readonly string[]): string => words.join(" ");

/** What lists of words say of a text. */
export class Synonyms {
  readonly #same: Map<string, string[][]>;
  readonly #genres: Map<string, string[]>;

  /** @param beneath what else counts. */
  constructor(
    { same, genres }: AddedLists,
    private readonly beneath?: Synonyms,
  ) {
    const groups = same.map((texts) => texts.map(wordsOf));
    this.#same = gathered(groups.flatMap((forms) => forms.map((form) => [keyOf(form), forms] as const)));
    const asked = genres.flatMap(({ name, asked: texts }) =>
      texts.map((text) => [joinWords(wordsOf(text)), [joinWords(wordsOf(name))]] as const),
    );
    this.#genres = gathered(asked);
  }

  /** Other words that are the same as one: `mister` for `mr`. */
  sameWords(word: string): string[] {
    const singles = this.#forms([word]).flatMap((form) => (form.length === 1 ? form : []));
    return [...new Set(singles)].filter((other) => other !== word);
  }

  /** The longest phrase that begins at a place of a text, where one of its forms has several words. */
  phraseAt(words: readonly string[], at: number): Phrase | undefined {
    for (let length = Math.min(LONGEST_PHRASE, words.length - at); length > 0; length--) {
      const forms = this.#forms(words.slice(at, at + length));
      if (forms.some((form) => form.length > 1)) return { length, forms };
    }
    return undefined;
  }

  /** A text with its words in other ways of writing them, without the text as it is. */
  sameTexts(words: readonly string[]): string[][] {
    let texts: string[][] = [[]];
    for (let at = 0; at < words.length;) {
      const phrase = this.phraseAt(words, at);
      const length = phrase?.length ?? 1;
      const typed = words.slice(at, at + length);
      const others = phrase?.forms ?? this.sameWords(typed[0]!).map((word) => [word]);
      const forms = [typed, ...others.filter((form) => keyOf(form) !== keyOf(typed))];
      texts = texts.flatMap((text) => forms.map((form) => [...text, ...form])).slice(0, MOST_FORMS);
      at += length;
    }
    return texts.slice(1);
  }

  /** The genres that a text may ask for, written as one word: the text itself, and those that the lists have for it. */
  genresAsked(words: readonly string[]): string[] {
    const telling = words.filter((word) => !BESIDE_GENRES.has(word));
    const text = joinWords(telling.length > 0 ? telling : words);
    return [text, ...this.#genresOf(text)];
  }

  #forms(words: readonly string[]): readonly string[][] {
    const own = this.#same.get(keyOf(words)) ?? [];
    return this.beneath ? [...own, ...this.beneath.#forms(words)] : own;
  }

  #genresOf(text: string): readonly string[] {
    const own = this.#genres.get(text) ?? [];
    return this.beneath ? [...own, ...this.beneath.#genresOf(text)] : own;
  }
}

const LISTS = readWordLists();
const BESIDE_GENRES = new Set(LISTS.besideGenres.flatMap(wordsOf));
const BESIDE_FAMILIES = new Set(LISTS.besideFamilies.flatMap(wordsOf));
/** The lists that come with the package. */
const BUILT_IN = new Synonyms(LISTS);

/** The lists that come with the package, with what was added to them. */
export function synonymsWith(added: AddedLists): Synonyms {
  return added.same.length + added.genres.length === 0 ? BUILT_IN : new Synonyms(added, BUILT_IN);
}

/** Whether a word behind a family's name says that all of them are meant. */
export function isBesideFamily(word: string): boolean {
  return BESIDE_FAMILIES.has(word);
}

function gathered<T>(pairs: readonly (readonly [string, readonly T[]])[]): Map<string, T[]> {
  const map = new Map<string, T[]>();
  for (const [key, values] of pairs) map.set(key, [...(map.get(key) ?? []), ...values]);
  return map;
}
