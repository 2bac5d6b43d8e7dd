import { keysOfMisspelling, reachOf, transpositions } from "./misspellings.js";
import { looseNumberForms, numberForms } from "./numbers.js";
import { MOST_SLOTS, readPhrases, textWords, type Reading } from "./phrases.js";
import { isBesideFamily, synonymsWith, type AddedLists, type Synonyms } from "./synonyms.js";
import {
  coreWords,
  FAMILY,
  GENRE,
  isSymbols,
  joinedForms,
  joinedNumbers,
  joinWords,
  PERSON,
  WHOLE,
  wholeNumberForms,
} from "./words.js";

/** A way in which words of the vocabulary may stand for some of the words that were searched for. */
export interface Unit {
  /** What is looked up: a word, two words written as one, or everything written as one. */
  text: string;
  /** Which of the searched words it stands for, by their place. */
  slots: number[];
  /** Edits within which words of the vocabulary count as meant; 0 for exactly this. */
  reach: number;
  /** How many longer words that start like it may stand for it. */
  completions: number;
  /** What those are worth, of what they would be worth. */
  worth: number;
}

/** A word of the vocabulary that stands for a unit, and how well, in (0, 1]. */
export interface Variant {
  unit: number;
  word: string;
  quality: number;
  /** Whether it is what was typed but for two letters swapped. */
  slip: boolean;
}

/** What is to be looked up for a search text. */
export interface SearchPlan {
  /** The words that hits should have. The first units stand for one each, in the same order. */
  slots: string[];
  units: Unit[];
  variants: Variant[];
  keys: { unit: number; key: string }[];
  /** Other ways in which a unit may have been begun, by a slip near its beginning. */
  starts: { unit: number; start: string }[];
  /** For each slot, whether it is a number that tells one title from another: no year. */
  numbers: boolean[];
}

/** Han, kana and their like lie behind this character; so do scripts with spaces, which it does not hurt. */
const FIRST_UNSPACED = 0x2e80;
/** How well something stands for what was typed. */
export const QUALITY = {
  number: 0.95,
  ordinal: 0.88,
  same: 0.95,
  joined: 0.97,
  whole: 1,
  core: 0.99,
  otherWhole: 0.97,
  families: 0.9,
};

/** What the beginning of a name is worth that leaves out the article which was typed. */
const WITHOUT_COMMON = 0.96;
/** Letters from which on what is begun may be misspelled. */
const MISSPELLED_START = 5;

/** Costs of edits, in parts of the word: shared by the plan's variants and the statement's measured misspellings. */
export const EDIT_COST = 1.1;

/** What nobody has added to. */
const NO_LISTS: AddedLists = { same: [], genres: [] };

/**
 * Works out what to look up. Any text will do; a blank one gives a plan without slots.
 *
 * @param added what counts beside the lists of the package.
 */
export function planSearch(text: string, added = NO_LISTS): SearchPlan {
  const words = textWords(text);
  const synonyms = synonymsWith(added);
  const said = coreWords(words).slice(0, MOST_SLOTS);
  const { slots, typed, phrases } = readPhrases(said, synonyms);
  const plan: SearchPlan = {
    slots,
    units: [],
    variants: [],
    keys: [],
    starts: [],
    numbers: slots.map(isTelling),
  };
  slots.forEach((word, slot) =>
    typed[slot] ? addWord(plan, word, slot, synonyms) : addMeantWord(plan, word, slot),
  );
  for (const phrase of phrases) addPhrase(plan, phrase);
  for (let slot = 0; slot + 1 < slots.length; slot++) addPair(plan, slot);
  for (const { text, at, length } of joinedNumbers(slots)) addNumber(plan, text, at, length);
  if (slots.length > 0) addWhole(plan, words, said, synonyms);
  return plan;
}

/** A word of a phrase that was typed in another way: as it stands in the list. */
function addMeantWord(plan: SearchPlan, word: string, slot: number): void {
  addUnit(plan, { text: word, slots: [slot], reach: 0, completions: 0, worth: 1 }, QUALITY.same);
}

/** Another way of writing some words that follow each other, as one. */
function addPhrase(plan: SearchPlan, { text, at, length, typed }: Reading["phrases"][number]): void {
  const slots = Array.from({ length }, (_, place) => at + place);
  addUnit(plan, { text, slots, reach: 0, completions: 0, worth: 1 }, typed ? 1 : QUALITY.same);
}

function addWord(plan: SearchPlan, word: string, slot: number, synonyms: Synonyms): void {
  const isLast = slot === plan.slots.length - 1;
  const reach = /^\d+$/.test(word) || isSymbols(word) ? 0 : reachOf(word);
  const completions = completionsOf(word, isLast);
  const unit = addUnit(plan, { text: word, slots: [slot], reach, completions, worth: 1 });
  if (isLast && reach > 0) addStarts(plan, unit);
  addVariants(plan, unit, numberForms(word), QUALITY.number);
  addVariants(plan, unit, looseNumberForms(word), QUALITY.ordinal);
  addVariants(plan, unit, synonyms.sameWords(word), QUALITY.same);
  addVariants(plan, unit, [FAMILY + word], 1);
}

function addVariants(plan: SearchPlan, unit: number, words: readonly string[], quality: number): void {
  for (const word of words) plan.variants.push({ unit, word, quality, slip: false });
}

/** A number in several words, as it would be in digits. */
function addNumber(plan: SearchPlan, text: string, at: number, length: number): void {
  const slots = Array.from({ length }, (_, place) => at + place);
  const unit = addUnit(plan, { text, slots, reach: 0, completions: 0, worth: 1 }, QUALITY.joined);
  addVariants(plan, unit, numberForms(text), QUALITY.number);
}

/** The fewer letters, the less a completion is worth and the more titles have one. */
function completionsOf(word: string, isLast: boolean): number {
  if (isSymbols(word)) return 0;
  // One character of a script without spaces is as good as a word, and the index has it in pairs.
  if (word.charCodeAt(0) >= FIRST_UNSPACED) return 60;
  const { length } = word;
  if (length < 2 || (length < 3 && /^\d+$/.test(word))) return 0;
  return isLast ? 60 : length < 3 ? 0 : 15;
}

/** Neighbours written as one: "spider man" for `Spiderman`; "coen brothers" for whoever is called `Coen`. */
function addPair(plan: SearchPlan, slot: number): void {
  const pair = plan.slots.slice(slot, slot + 2);
  const [text = "", ...others] = joinedForms(pair);
  const completions = slot + 2 === plan.slots.length ? 10 : 0;
  const reach = Math.min(1, reachOf(text));
  const unit = addUnit(plan, { text, slots: [slot, slot + 1], reach, completions, worth: 1 }, QUALITY.joined);
  addVariants(plan, unit, others, QUALITY.joined);
  if (isBesideFamily(pair[1]!)) addVariants(plan, unit, [FAMILY + pair[0]!], QUALITY.families);
}

/** The text as the name of a title, whole or begun, with and without its common words; of a person, and of a genre. */
function addWhole(
  plan: SearchPlan,
  words: readonly string[],
  said: readonly string[],
  synonyms: Synonyms,
): void {
  const all = joinWords(words);
  const core = joinWords(said);
  const slots = plan.slots.map((_, slot) => slot);
  const numbered = wholeNumberForms(words);
  // Of another number a name is a few letters away.
  const reach = (text: string) => Math.min(reachOf(text), numbered.length > 0 ? 1 : Infinity);
  const whole = (text: string, worth: number): Unit => ({
    text: WHOLE + text,
    slots,
    worth,
    ...(isSymbols(text) ? { reach: 0, completions: 0 } : { reach: reach(text), completions: 40 }),
  });
  const unit = addUnit(plan, whole(core, all === core ? 1 : WITHOUT_COMMON), QUALITY.core);
  if (all !== core) addUnit(plan, whole(all, 1), QUALITY.whole);
  addStarts(plan, unit);
  const others = [...numbered, ...synonyms.sameTexts(said).map(joinWords)];
  addVariants(
    plan,
    unit,
    [...new Set(others)].map((text) => WHOLE + text),
    QUALITY.otherWhole,
  );
  addVariants(plan, unit, [PERSON + core, ...synonyms.genresAsked(said).map((text) => GENRE + text)], 1);
}

/** Slips in the first half of what is not typed to its end: two letters swapped, or one too many. */
function addStarts(plan: SearchPlan, unit: number): void {
  const { text, reach } = plan.units[unit]!;
  const marker = text.startsWith(WHOLE) ? WHOLE : "";
  const letters = [...text.slice(marker.length)];
  if (reach === 0 || letters.length < MISSPELLED_START) return;
  const half = Math.ceil(letters.length / 2);
  const less = letters.slice(0, half).map((_, at) => letters.filter((_, other) => other !== at).join(""));
  const swapped = transpositions(letters.slice(0, half + 1).join("")).map(
    (start) => start + letters.slice(half + 1).join(""),
  );
  for (const start of new Set([...less, ...swapped])) plan.starts.push({ unit, start: marker + start });
}

/** A number below a thousand. */
function isTelling(word: string): boolean {
  return /^\d{1,3}$/.test(word) || (!/\d/.test(word) && numberForms(word).length > 0);
}

function addUnit(plan: SearchPlan, unit: Unit, quality = 1): number {
  const index = plan.units.push(unit) - 1;
  plan.variants.push({ unit: index, word: unit.text, quality, slip: false });
  if (unit.reach === 0) return index;
  const marker = unit.text.startsWith(WHOLE) ? WHOLE : "";
  const bare = unit.text.slice(marker.length);
  const slip = quality * (1 - EDIT_COST / (bare.length + 1));
  for (const word of transpositions(bare))
    plan.variants.push({ unit: index, word: marker + word, quality: slip, slip: true });
  for (const key of keysOfMisspelling(bare)) plan.keys.push({ unit: index, key: marker + key });
  return index;
}
