import { keysOfMisspelling, reachOf, transpositions } from "./misspellings.js";
import { cleanText, coreWords, isSymbols, joinWords, numberForms, plainWords, WHOLE } from "./words.js";

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
}

/** A word of the vocabulary that stands for a unit, and how well, in (0, 1]. */
export interface Variant {
  unit: number;
  word: string;
  quality: number;
}

/** What is to be looked up for a search text. */
export interface SearchPlan {
  /** The words that hits should have. The first units stand for one each, in the same order. */
  slots: string[];
  units: Unit[];
  variants: Variant[];
  keys: { unit: number; key: string }[];
}

/** More of a text than this is not looked at. UTF-16 code units. */
const LONGEST_TEXT = 200;
const MOST_SLOTS = 10;
/** Han, kana and their like lie behind this character; so do scripts with spaces, which it does not hurt. */
const FIRST_UNSPACED = 0x2e80;
const QUALITY = { number: 0.95, joined: 0.97, whole: 1, core: 0.99 };

/** Costs of edits, in parts of the word: shared by the plan's variants and the statement's measured misspellings. */
export const EDIT_COST = 1.1;

/** Works out what to look up. Any text will do; a blank one gives a plan without slots. */
export function planSearch(text: string): SearchPlan {
  const words = plainWords(cleanText(text.slice(0, LONGEST_TEXT)));
  const slots = coreWords(words).slice(0, MOST_SLOTS);
  const plan: SearchPlan = { slots, units: [], variants: [], keys: [] };
  slots.forEach((word, slot) => addWord(plan, word, slot));
  for (let slot = 0; slot + 1 < slots.length; slot++) addPair(plan, slot);
  if (slots.length > 0) addWhole(plan, words);
  return plan;
}

function addWord(plan: SearchPlan, word: string, slot: number): void {
  const isLast = slot === plan.slots.length - 1;
  const reach = /^\d+$/.test(word) || isSymbols(word) ? 0 : reachOf(word);
  const unit = addUnit(plan, { text: word, slots: [slot], reach, completions: completionsOf(word, isLast) });
  for (const form of numberForms(word)) plan.variants.push({ unit, word: form, quality: QUALITY.number });
}

/** The fewer letters, the less a completion is worth and the more titles have one. */
function completionsOf(word: string, isLast: boolean): number {
  if (isSymbols(word)) return 0;
  // One character of a script without spaces is as good as a word, and the index has it in pairs.
  if (word.charCodeAt(0) >= FIRST_UNSPACED) return 60;
  const { length } = word;
  if (length < 2 || (length < 3 && /^\d+$/.test(word))) return 0;
  return isLast ? Math.min(60, 10 * length) : length < 3 ? 0 : 15;
}

/** Neighbours written as one: "spider man" for `Spiderman`. */
function addPair(plan: SearchPlan, slot: number): void {
  const text = joinWords(plan.slots.slice(slot, slot + 2));
  const completions = slot + 2 === plan.slots.length ? 10 : 0;
  addUnit(
    plan,
    { text, slots: [slot, slot + 1], reach: Math.min(1, reachOf(text)), completions },
    QUALITY.joined,
  );
}

/** The text as the name of a title, whole or begun; with and without its common words. */
function addWhole(plan: SearchPlan, words: readonly string[]): void {
  const all = joinWords(words);
  const core = joinWords(plan.slots);
  const slots = plan.slots.map((_, slot) => slot);
  const whole = (text: string): Unit => ({
    text: WHOLE + text,
    slots,
    ...(isSymbols(text) ? { reach: 0, completions: 0 } : { reach: reachOf(text), completions: 40 }),
  });
  addUnit(plan, whole(core), QUALITY.core);
  if (all !== core) addUnit(plan, whole(all), QUALITY.whole);
}

function addUnit(plan: SearchPlan, unit: Unit, quality = 1): number {
  const index = plan.units.push(unit) - 1;
  plan.variants.push({ unit: index, word: unit.text, quality });
  if (unit.reach === 0) return index;
  const marker = unit.text.startsWith(WHOLE) ? WHOLE : "";
  const bare = unit.text.slice(marker.length);
  const slip = quality * (1 - EDIT_COST / (bare.length + 1));
  for (const word of transpositions(bare))
    plan.variants.push({ unit: index, word: marker + word, quality: slip });
  for (const key of keysOfMisspelling(bare)) plan.keys.push({ unit: index, key: marker + key });
  return index;
}
