import { EDIT_COST, type SearchPlan, type Unit } from "../search-plan.js";
import { type WordRow } from "../search-rows.js";
import { WHOLE } from "../search-terms.js";
import { joinWords, numberForms, wordsOf } from "../search-text.js";

/** What a number in another form, and a word begun, is worth, of what it is worth when it is written out. */
const NUMBER = 0.95;
const BEGUN = { least: 0.58, most: 0.96 };

/**
 * The words of texts that stand for what was searched for: as written, misspelled, begun or joined. For engines that
 * tell which texts match and not by which of their words.
 *
 * @param names texts whose words may be misspelled in what was searched for.
 * @param running texts whose words may not.
 */
export function standingWords(
  plan: SearchPlan,
  names: readonly string[],
  running: readonly string[],
): WordRow[] {
  const vocabulary = [...vocabularyOf(names, true)];
  const named = new Set(vocabulary.map(([word]) => word));
  const others = [...vocabularyOf(running, false)].filter(([word]) => !named.has(word));
  return [...standing(plan, vocabulary, true), ...standing(plan, others, false)];
}

function standing(
  plan: SearchPlan,
  vocabulary: readonly [string, { frequency: number; spoken: boolean }][],
  misspelled: boolean,
): WordRow[] {
  return plan.units.flatMap((unit, index) => {
    if (unit.text.startsWith(WHOLE)) return [];
    const sought = misspelled ? unit : { ...unit, reach: 0 };
    return vocabulary.flatMap(([word, { frequency, spoken }]) => {
      const quality = qualityOf(sought, word, plan.slots);
      return quality > 0 ? [{ unit: index, word, frequency, spoken, quality }] : [];
    });
  });
}

function vocabularyOf(
  texts: readonly string[],
  joined: boolean,
): Map<string, { frequency: number; spoken: boolean }> {
  const vocabulary = new Map<string, { frequency: number; spoken: boolean }>();
  for (const text of texts) {
    const words = wordsOf(text).map((word) => word.text);
    for (const word of new Set(words)) {
      const known = vocabulary.get(word);
      vocabulary.set(word, { frequency: (known?.spoken ? known.frequency : 0) + 1, spoken: true });
    }
    for (const word of joined ? pairsOf(words) : []) {
      if (!vocabulary.has(word)) vocabulary.set(word, { frequency: 1, spoken: false });
    }
  }
  return vocabulary;
}

function pairsOf(words: readonly string[]): string[] {
  return words.slice(1).map((word, index) => joinWords([words[index] ?? "", word]));
}

function qualityOf({ text, reach, completions }: Unit, word: string, slots: readonly string[]): number {
  if (word === text) return 1;
  if (numberForms(text).includes(word)) return NUMBER;
  const begun =
    completions > 0 && word.startsWith(text)
      ? BEGUN.least + ((BEGUN.most - BEGUN.least) * text.length) / word.length
      : 0;
  if (reach === 0 || slots.includes(word)) return begun;
  const edits = editsWithin(text, word, reach);
  return edits === undefined ? begun : Math.max(begun, 1 - (EDIT_COST * edits) / (text.length + 1));
}

/**
 * Edits between two words, neighbours swapped counting as one (optimal string alignment, Damerau 1964).
 *
 * @returns undefined where there are more than `most`.
 */
export function editsWithin(from: string, to: string, most: number): number | undefined {
  const [left, right] = [[...from], [...to]];
  if (Math.abs(left.length - right.length) > most) return undefined;
  let before: number[] = [];
  let above = Array.from({ length: right.length + 1 }, (_, at) => at);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let at = 1; at <= right.length; at++) {
      const same = left[row - 1] === right[at - 1] ? 0 : 1;
      let edits = Math.min((above[at] ?? 0) + 1, (current[at - 1] ?? 0) + 1, (above[at - 1] ?? 0) + same);
      const swapped = row > 1 && at > 1 && left[row - 1] === right[at - 2] && left[row - 2] === right[at - 1];
      if (swapped) edits = Math.min(edits, (before[at - 2] ?? 0) + 1);
      current.push(edits);
    }
    if (Math.min(...current, ...above) > most) return undefined;
    [before, above] = [above, current];
  }
  const edits = above[right.length] ?? Infinity;
  return edits <= most ? edits : undefined;
}
