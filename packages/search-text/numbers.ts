// Numbers below ten thousand as names write them: in digits, in words, as Roman numerals, as ordinals and with a fraction.

const UNITS =
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(
    " ",
  );
const TENS = "_ _ twenty thirty forty fifty sixty seventy eighty ninety".split(" ");
/** Ordinals that are not the cardinal and "th". */
const ODD_ORDINALS: Record<string, string> = {
  ...{ one: "first", two: "second", three: "third", five: "fifth", eight: "eighth", nine: "ninth" },
  twelve: "twelfth",
};
const HUNDRED = 100;
const THOUSAND = 1_000;
/** Numbers of which one word is the other form of another. */
const LARGEST_FORM = 1_000;

const CARDINALS = new Map<string, number>([
  ...UNITS.map((word, value) => [word, value] as const),
  ...TENS.map((word, tens) => [word, 10 * tens] as const).slice(2),
]);
const SCALES = new Map([
  ["hundred", HUNDRED],
  ["thousand", THOUSAND],
]);
const ORDINALS = new Map<string, number>(
  [...CARDINALS, ...SCALES].map(([word, value]) => [ordinalWord(word), value]),
);

/** A number within a list of words. */
export interface FoundNumber {
  /** The first of its words, by place, and how many it has. */
  at: number;
  length: number;
  /** In digits, with `th` behind an ordinal, and with the digits of its fraction: `912` for nine and a half. */
  text: string;
}

/** The numbers in the words of a name, common words left out. A single letter at its beginning is a letter. */
export function numbersIn(words: readonly string[]): FoundNumber[] {
  const found: FoundNumber[] = [];
  for (let at = 0; at < words.length;) {
    const number = numberAt(words, at);
    if (number) found.push(number);
    at += number?.length ?? 1;
  }
  return found;
}

/** The words with each number in digits. */
export function foldNumbers(words: readonly string[]): string[] {
  const numbers = new Map(numbersIn(words).map((number) => [number.at, number]));
  const folded: string[] = [];
  for (let at = 0; at < words.length;) {
    const number = numbers.get(at);
    folded.push(number?.text ?? words[at]!);
    at += number?.length ?? 1;
  }
  return folded;
}

/** Other single words for a word that is a number: `2`, `ii`, `two`; `13th`, `thirteenth`. */
export function numberForms(word: string): string[] {
  const number = readWord(word);
  if (!number || number.value > LARGEST_FORM) return [];
  const { value, ordinal } = number;
  const spelled = wordFor(value);
  const forms = ordinal
    ? [`${value}${suffixOf(value)}`, spelled && ordinalWord(spelled)]
    : [String(value), romanOf(value), spelled];
  return forms.filter((form): form is string => !!form && form !== word);
}

/** An ordinal for a cardinal and a cardinal for an ordinal: less alike than other forms of the same. */
export function looseNumberForms(word: string): string[] {
  const number = readWord(word);
  if (!number || number.value > LARGEST_FORM || number.value < 3) return [];
  const { value, ordinal } = number;
  const spelled = wordFor(value);
  if (ordinal) return [String(value), romanOf(value), spelled].filter((form): form is string => !!form);
  return [`${value}${suffixOf(value)}`, ...(spelled ? [ordinalWord(spelled)] : [])];
}

interface ReadNumber {
  value: number;
  ordinal: boolean;
}

/** A word that is a number by itself. */
function readWord(word: string): ReadNumber | undefined {
  const digits = /^(\d{1,4})(st|nd|rd|th)?$/.exec(word);
  if (digits) return { value: Number(digits[1]), ordinal: digits[2] !== undefined };
  const cardinal = CARDINALS.get(word) ?? SCALES.get(word) ?? romanValue(word);
  if (cardinal !== undefined) return { value: cardinal, ordinal: false };
  const ordinal = ORDINALS.get(word);
  return ordinal === undefined ? undefined : { value: ordinal, ordinal: true };
}

function numberAt(words: readonly string[], at: number): FoundNumber | undefined {
  const first = words[at]!;
  if (at === 0 && first.length === 1 && !/\d/.test(first)) return undefined;
  const spoken = spokenAt(words, at);
  const read = spoken ?? withLength(readWord(first));
  if (!read) return undefined;
  const whole = `${read.value}${read.ordinal ? "th" : ""}`;
  const fraction = read.ordinal ? undefined : fractionAt(words, at + read.length);
  return fraction
    ? { at, length: read.length + fraction.length, text: whole + fraction.text }
    : { at, length: read.length, text: whole };
}

function withLength(number: ReadNumber | undefined): (ReadNumber & { length: number }) | undefined {
  return number && { ...number, length: 1 };
}

/** A number in several words: "one hundred two", "twenty first". */
function spokenAt(words: readonly string[], start: number): (ReadNumber & { length: number }) | undefined {
  let [total, part, least, at, ordinal] = [0, 0, THOUSAND, start, false];
  for (; at < words.length && !ordinal; at++) {
    const word = words[at]!;
    const scale = SCALES.get(word);
    const value = CARDINALS.get(word) ?? ORDINALS.get(word);
    if (scale !== undefined && (part > 0 || at === start) && part < scale) {
      part = Math.max(1, part) * scale;
      if (scale === THOUSAND) [total, part] = [total + part, 0];
      least = scale;
    } else if (value !== undefined && value < least && (value > 0 || at === start)) {
      part += value;
      // Behind tens come units, behind units nothing.
      least = value >= 20 && value % 10 === 0 ? 10 : 0;
      ordinal = !CARDINALS.has(word);
    } else break;
  }
  return at === start ? undefined : { value: total + part, ordinal, length: at - start };
}

/** "half" and "1", "2" behind a number. */
function fractionAt(words: readonly string[], at: number): { length: number; text: string } | undefined {
  const [one = "", two = ""] = words.slice(at, at + 2);
  if (one === "half") return { length: 1, text: "12" };
  if (/^1[2-9]$/.test(one) && FRACTIONS.has(one)) return { length: 1, text: one };
  return one === "1" && /^[2-9]$/.test(two) ? { length: 2, text: one + two } : undefined;
}

/** Vulgar fractions as a single word reads: `12` for ½. */
const FRACTIONS = new Set(["12", "13", "14"]);

function ordinalWord(cardinal: string): string {
  return (
    ODD_ORDINALS[cardinal] ?? (cardinal.endsWith("y") ? `${cardinal.slice(0, -1)}ieth` : `${cardinal}th`)
  );
}

function wordFor(value: number): string | undefined {
  if (value < UNITS.length) return UNITS[value];
  if (value === HUNDRED) return "hundred";
  if (value === THOUSAND) return "thousand";
  return value < HUNDRED && value % 10 === 0 ? TENS[value / 10] : undefined;
}

function suffixOf(value: number): string {
  const teens = value % 100 > 10 && value % 100 < 14;
  return teens ? "th" : (["th", "st", "nd", "rd"][value % 10] ?? "th");
}

const ROMAN_PARTS: readonly (readonly [number, string])[] = [
  ...([
    [1_000, "m"],
    [900, "cm"],
    [500, "d"],
    [400, "cd"],
    [100, "c"],
    [90, "xc"],
  ] as const),
  ...([
    [50, "l"],
    [40, "xl"],
    [10, "x"],
    [9, "ix"],
    [5, "v"],
    [4, "iv"],
    [1, "i"],
  ] as const),
];

function romanOf(value: number): string {
  let [rest, text] = [value, ""];
  for (const [part, letters] of ROMAN_PARTS) {
    for (; rest >= part; rest -= part) text += letters;
  }
  return text;
}

/** Short ones with other letters than these are words of their own: `di`, `mi`, `mix`. */
const ROMAN = /^(?:[ivx]+|(?=.{3})[ivxlc]+)$/;

function romanValue(word: string): number | undefined {
  if (!ROMAN.test(word)) return undefined;
  let [value, before] = [0, 0];
  for (const letter of [...word].reverse()) {
    const own = ROMAN_PARTS.find(([, letters]) => letters === letter)?.[0] ?? 0;
    value += own < before ? -own : own;
    before = Math.max(before, own);
  }
  return romanOf(value) === word ? value : undefined;
}
