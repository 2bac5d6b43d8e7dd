import { LONGEST_PHRASE, type Synonyms } from "./synonyms.js";
import { cleanText, coreWords, joinWords, plainWords } from "./words.js";

/** More of a text than this is not looked at. UTF-16 code units. */
export const LONGEST_TEXT = 200;
/** Words of a text that are looked for. */
export const MOST_SLOTS = 10;

/** A text as it is looked for. */
export interface Reading {
  /** Its words: of a phrase that can be written in several ways the longest one. */
  slots: string[];
  /** For each of them, whether it was typed. */
  typed: boolean[];
  /** Other ways of writing some of them, as one word. */
  phrases: { text: string; at: number; length: number; typed: boolean }[];
}

/** Every word of a text that is looked at, in its order. */
export function textWords(text: string): string[] {
  return plainWords(cleanText(text.slice(0, LONGEST_TEXT)));
}

/** What texts have in common that are searched for as one: their words, without those that say next to nothing. */
export function searchKey(text: string): string {
  return coreWords(textWords(text)).slice(0, MOST_SLOTS).join(" ");
}

/** Every word and every phrase of a text that a list may know, by the same key. */
export function phraseKeys(text: string): string[] {
  const words = coreWords(textWords(text)).slice(0, MOST_SLOTS);
  const lengths = Array.from({ length: LONGEST_PHRASE }, (_, more) => more + 1);
  return [
    ...new Set([
      searchKey(text),
      ...words.flatMap((_, at) => lengths.map((length) => words.slice(at, at + length).join(" "))),
    ]),
  ].filter((key) => key !== "");
}

/** Reads the words of a text; a phrase is taken for one that lists know, in its longest form. */
export function readPhrases(words: readonly string[], synonyms: Synonyms): Reading {
  const reading: Reading = { slots: [], typed: [], phrases: [] };
  for (let at = 0; at < words.length;) {
    const phrase = synonyms.phraseAt(words, at);
    const length = phrase?.length ?? 1;
    const typed = words.slice(at, at + length);
    const longest = longestOf([typed, ...(phrase?.forms ?? [])]);
    const place = reading.slots.length;
    const fits = place + longest.length + words.length - at - length <= MOST_SLOTS;
    const slots = fits ? longest : typed;
    reading.slots.push(...slots);
    reading.typed.push(...slots.map(() => slots === typed));
    for (const form of phrase && fits ? [typed, ...phrase.forms] : [])
      addForm(reading, form, place, slots, typed);
    at += length;
  }
  return reading;
}

/** The one of most words; the first of several. */
function longestOf(forms: readonly (readonly string[])[]): readonly string[] {
  return forms.reduce((longest, form) => (form.length > longest.length ? form : longest));
}

function addForm(
  { phrases }: Reading,
  form: readonly string[],
  at: number,
  slots: readonly string[],
  typed: readonly string[],
): void {
  const text = joinWords(form);
  const isThere =
    form.join(" ") === slots.join(" ") || phrases.some((each) => each.at === at && each.text === text);
  if (!isThere) phrases.push({ text, at, length: slots.length, typed: form === typed });
}
