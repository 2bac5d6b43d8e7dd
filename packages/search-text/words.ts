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
const UNSPACED = "\\p{sc=Han}\\p{sc=Hiragana}\\p{sc=Katakana}\\p{sc=Thai}\\u30fc";
const TOKEN = new RegExp(
  [
    "(?:\\p{L}\\.){2,}(?:\\p{L}(?![\\p{L}\\p{N}]))?", // E.T., A.I
    `(?<unspaced>[${UNSPACED}]+)`,
    `(?:(?![${UNSPACED}])[\\p{L}\\p{N}\\p{M}])+(?:['’‘\`´](?:(?![${UNSPACED}])[\\p{L}\\p{N}\\p{M}])+)*`,
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
    .replace(/[^\p{L}\p{N}]/gu, "");
  return bare.replace(/[ßæœøłđðþıħς]/g, (letter) => LETTERS[letter] ?? letter).normalize("NFC");
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

/** Of what looks alike one form. `=` is written wide: the narrow one marks whole names (`WHOLE`). */
function foldSymbols(text: string): string {
  return text.normalize("NFKC").replace(ALL_UNSEEN, "").replaceAll("=", "\uff1d").toLowerCase();
}

/** Every two neighbouring characters, and the last one alone, so that each character starts a word. */
function pairsOfCharacters(run: string, start: number): Word[] {
  const words: Word[] = [];
  const characters = [...run];
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

const ROMAN = [
  "",
  "i",
  "ii",
  "iii",
  "iv",
  "v",
  "vi",
  "vii",
  "viii",
  "ix",
  "x",
  "xi",
  "xii",
  "xiii",
  "xiv",
  "xv",
  "xvi",
];
const SPELLED = [
  "zero",
  "one",
  "two",
  "three",
  "four",
  "five",
  "six",
  "seven",
  "eight",
  "nine",
  "ten",
  "eleven",
  "twelve",
];

/** Other ways of writing a word that is a number: `2`, `ii` and `two` for each other. */
export function numberForms(word: string): string[] {
  const value = numberOf(word);
  if (value === undefined) return [];
  return [String(value), ROMAN[value], SPELLED[value]].filter(
    (form): form is string => !!form && form !== word,
  );
}

function numberOf(word: string): number | undefined {
  if (/^\d{1,2}$/.test(word)) return Number(word);
  const roman = ROMAN.indexOf(word);
  if (roman > 0) return roman;
  const spelled = SPELLED.indexOf(word);
  return spelled >= 0 ? spelled : undefined;
}

/** Words written as one, Roman numerals as digits: `rocky2` for `Rocky II`. A leading `I`, `V` or `X` is a letter. */
export function joinWords(words: readonly string[]): string {
  const joined = words.map((word, index) => {
    const roman = index > 0 || word.length > 1 ? ROMAN.indexOf(word) : -1;
    return roman > 0 ? String(roman) : word;
  });
  return cut(joined.join(""));
}

/** Every two neighbours written as one. */
export function joinedPairs(words: readonly string[]): string[] {
  return words.slice(1).map((word, index) => joinWords([words[index]!, word]));
}

/** A name's words without those that may be left out; all of them where nothing would remain. */
export function coreWords(words: readonly string[]): string[] {
  const core = words.filter((word) => !isCommon(word));
  return core.length > 0 ? core : [...words];
}

/** Marks the whole of a name in a vocabulary of words. */
export const WHOLE = "=";

/** A name written as one word: with every word, and without the common ones. */
export function wholeForms(words: readonly string[]): string[] {
  return [...new Set([joinWords(words), joinWords(coreWords(words))])];
}

/** What a completion of a name may start with: the name from each of its words on, written as one. */
export function startsOf(name: string): string[] {
  const words = coreWords(plainWords(name));
  return [...new Set(words.map((_, index) => joinWords(words.slice(index))))];
}

/** A text that every store accepts: without NUL and halves of surrogate pairs. */
export function cleanText(text: string): string {
  // eslint-disable-next-line no-control-regex -- NUL is what this is about
  return text.replace(/\u0000|\p{Surrogate}/gu, "");
}

/** Behind everything that a word may go on with, byte by byte: the end of a range of words that start alike. */
export const LAST_CHARACTER = "\u{10ffff}";

/** How texts of every kind are read: an index that was filled when they were read otherwise has another form. */
export const READING = ["E.T. & the O'Hara", "Amélie", "卧虎藏龙", "=?", "🎬 🍿"].map(plainWords);
