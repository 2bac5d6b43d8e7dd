import { foldNumbers, numbersIn } from "./numbers.js";

/** A word as the index knows it, and where it stands in the text that it was found in. */
export interface Word {
  /** Lower case, without marks: `amelie` for `Amélie`. */
  text: string;
  /** Offsets into the text, in UTF-16 code units; `end` is exclusive. */
  start: number;
  end: number;
}

/** Longer words are cut, in the index and in what is searched for alike. UTF-16 code units. */
export const LONGEST_WORD = 40;

// Scripts written without spaces have no words that a rule could find: pairs of characters stand for them.
const UNSPACED = "\\p{sc=Han}\\p{sc=Hiragana}\\p{sc=Katakana}\\p{sc=Thai}\\u30fc\\uff70";
/** Marks behind their characters, of which half-width kana have their own. */
const MARKS = "(?:\\p{M}|\\uff9e|\\uff9f)*";
const CHARACTER = new RegExp(`.${MARKS}`, "gsu");
const FRACTIONS = "\\u00bc-\\u00be\\u2150-\\u215f\\u2189";
const LETTER = `(?:(?![${UNSPACED}${FRACTIONS}])[\\p{L}\\p{N}\\p{M}])`;
const TOKEN = new RegExp(
  [
    "(?:\\p{L}\\.){2,}(?:\\p{L}(?![\\p{L}\\p{N}]))?", // E.T., A.I
    `(?<unspaced>(?:[${UNSPACED}]${MARKS})+)`,
    "(?<![\\p{L}\\p{N}.,])\\d{1,3}(?:[.,]\\d{3})+(?![\\p{L}\\p{N}])", // 20,000
    `[${FRACTIONS}]`,
    `${LETTER}+(?:['’‘\`´]${LETTER}+)*`,
    "&",
  ].join("|"),
  "gu",
);

/** Letters that Unicode does not take apart into a base letter and a mark. */
const LETTERS: Record<string, string> = {
  ß: "ss",
  æ: "ae",
  œ: "oe",
  ø: "o",
  ł: "l",
  đ: "d",
  ð: "d",
  þ: "th",
  ı: "i",
  ħ: "h",
  ς: "σ",
};

/** Words that say next to nothing about which title is meant. */
const COMMON = new Set(["the", "a", "an", "of", "and"]);

/** Words that stand in most running texts and tell nothing about any of them. */
const FUNCTION_WORDS = new Set(
  "as at be but by for from had has have he her his in into is it its not on or she that their they this to took was were when which who will with".split(
    " ",
  ),
);

const IS_UNSPACED = new RegExp(`[${UNSPACED}]`, "u");

/** Whether a word is of a script without spaces: a pair of its characters. */
export function isUnspaced(word: string): boolean {
  return IS_UNSPACED.test(word);
}

/** Whether a word of running text says nothing about it. */
export function isFunctionWord(word: string): boolean {
  return COMMON.has(word) || FUNCTION_WORDS.has(word) || isSymbols(word);
}

/** Whether a word may be left out of a name without anybody noticing. */
export function isCommon(word: string): boolean {
  return COMMON.has(word);
}

/** Lower case without marks, punctuation and spaces: `oceans` for `Ocean's`. */
export function foldWord(text: string): string {
  if (/^[a-z0-9]+$/.test(text)) return text;
  if (text === "&") return "and";
  const bare = text
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, "")
    .replace(/[\u30a1-\u30f6]/g, hiraganaOf);
  return bare.replace(/[ßæœøłđðþıħς]/g, (letter) => LETTERS[letter] ?? letter).normalize("NFC");
}

/** Both kana write the same sounds. */
function hiraganaOf(katakana: string): string {
  return String.fromCharCode(katakana.charCodeAt(0) - 0x60);
}

/** Whether a word is a text's symbols, which has neither letters nor digits: it is meant as it stands. */
export function isSymbols(word: string): boolean {
  return !/[\p{L}\p{N}]/u.test(word);
}

/**
 * The words of a text in its order. `&` reads as "and", `E.T.` as one word, `O'Hara` as one word. A text without letters
 * and digits is one word, of its symbols: a film may be called `???`.
 */
export function wordsOf(text: string): Word[] {
  const words = spelledWordsOf(text);
  return words.length > 0 ? words : symbolsOf(text);
}

function spelledWordsOf(text: string): Word[] {
  const words: Word[] = [];
  for (const match of text.matchAll(TOKEN)) {
    const start = match.index;
    if (match.groups?.unspaced !== undefined) words.push(...pairsOfCharacters(match[0], start));
    else addWord(words, match[0], start);
  }
  return words;
}

/** The words of a text as the index knows them, in its order. */
export function plainWords(text: string): string[] {
  return wordsOf(text).map((word) => word.text);
}

/** White space, and what takes no room: nothing that a name could be told by. */
const UNSEEN = "\\s\\u2800\\p{Cc}\\p{Cf}\\p{Cs}\\p{Default_Ignorable_Code_Point}";
const ALL_UNSEEN = new RegExp(`[${UNSEEN}]+`, "gu");
const FROM_SEEN_TO_SEEN = new RegExp(`[^${UNSEEN}](?:.*[^${UNSEEN}])?`, "su");

function symbolsOf(text: string): Word[] {
  const found = FROM_SEEN_TO_SEEN.exec(text);
  if (!found) return [];
  const [seen] = found;
  const symbols = cut(foldSymbols(seen));
  return symbols === "" ? [] : [{ text: symbols, start: found.index, end: found.index + seen.length }];
}

/**
 * Of what looks alike one form, unless that has letters: a trade mark is not what is called `TM`. `=` is written wide: the
 * narrow one marks whole names (`WHOLE`).
 */
function foldSymbols(text: string): string {
  const alike = text.normalize("NFKC");
  const form = isSymbols(alike) ? alike : text.normalize("NFC");
  return form.replace(ALL_UNSEEN, "").replaceAll("=", "\uff1d").toLowerCase();
}

/** Every two neighbouring characters, and the last one alone, so that each character starts a word. */
function pairsOfCharacters(run: string, start: number): Word[] {
  const words: Word[] = [];
  const characters = run.match(CHARACTER) ?? [];
  let at = start;
  characters.forEach((character, index) => {
    const pair = character + (characters[index + 1] ?? "");
    addWord(words, pair, at);
    at += character.length;
  });
  return words;
}

function addWord(words: Word[], source: string, start: number): void {
  const text = cut(foldWord(source));
  if (text) words.push({ text, start, end: start + source.length });
}

function cut(word: string): string {
  return word.length <= LONGEST_WORD ? word : word.slice(0, LONGEST_WORD).replace(/[\ud800-\udbff]$/, "");
}

/** Words written as one. */
export function joinWords(words: readonly string[]): string {
  return cut(words.join(""));
}

/** Words written as one, as they are and with their numbers in digits: `rockyii` and `rocky2`. */
export function joinedForms(words: readonly string[]): string[] {
  return distinct([joinWords(words), joinWords(foldNumbers(words))]);
}

/** What stands for some words that follow each other: their place in the name, and how many they are. */
export interface Joined {
  text: string;
  at: number;
  length: number;
}

/** Every two neighbours written as one. */
export function joinedPairs(words: readonly string[]): Joined[] {
  return words
    .slice(1)
    .flatMap((word, at) => joinedForms([words[at]!, word]).map((text) => ({ text, at, length: 2 })));
}

/** Numbers that take several words, in digits; places are among the words that count. */
export function joinedNumbers(words: readonly string[]): Joined[] {
  return numbersIn(coreWords(words)).filter(({ length }) => length > 1);
}

/** A name's words without those that may be left out; all of them where nothing would remain. */
export function coreWords(words: readonly string[]): string[] {
  const core = words.filter((word) => !isCommon(word));
  return core.length > 0 ? core : [...words];
}

/** Marks the whole of a name in a vocabulary of words. */
export const WHOLE = "=";
/** Mark the whole name of a genre and of a person, and a family's name: no word begins with a space. */
export const GENRE = " genre ";
export const PERSON = " person ";
export const FAMILY = " family ";

/** A name written as one word: with every word, and without the common ones. */
export function wholeForms(words: readonly string[]): string[] {
  return distinct([joinWords(words), joinWords(coreWords(words))]);
}

/** The same with numbers in digits, where it has any in other forms. */
export function wholeNumberForms(words: readonly string[]): string[] {
  const plain = wholeForms(words);
  return wholeForms(foldNumbers(words))
    .concat(wholeForms(foldNumbers(coreWords(words))))
    .filter((form, at, all) => !plain.includes(form) && all.indexOf(form) === at);
}

/** What a completion of a name may start with: the name from each of its words on, written as one. */
export function startsOf(name: string): string[] {
  const words = coreWords(plainWords(name));
  return distinct(words.map((_, index) => joinWords(words.slice(index))));
}

/** A text that every store accepts: without NUL and halves of surrogate pairs. */
export function cleanText(text: string): string {
  // eslint-disable-next-line no-control-regex -- NUL is what this is about
  return text.replace(/\u0000|\p{Surrogate}/gu, "");
}

/** Behind everything that a word may go on with, byte by byte: the end of a range of words that start alike. */
export const LAST_CHARACTER = "\u{10ffff}";

function distinct(words: readonly string[]): string[] {
  return [...new Set(words)];
}
