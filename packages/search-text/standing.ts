import { editsWithin } from "./misspellings.js";
import { EDIT_COST, type SearchPlan, type Unit } from "./plan.js";
import { joinedNumbers, joinedPairs, plainWords, WHOLE } from "./words.js";

/** A word of the vocabulary, or of a found text, that stands for a unit of the plan. */
export interface StandingWord {
  unit: number;
  word: string;
  /** Texts that have it, of those looked at. */
  frequency: number;
  /** A word somebody would say, not a joined form. */
  spoken: boolean;
  /** How well it stands for the unit, in (0, 1]. */
  quality: number;
}

/** What a word begun is worth, of what it is worth when it is written out. */
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
): StandingWord[] {
  const vocabulary = [...vocabularyOf(names, true)];
  const named = new Set(vocabulary.map(([word]) => word));
  const others = [...vocabularyOf(running, false)].filter(([word]) => !named.has(word));
  return [...standing(plan, vocabulary, true), ...standing(plan, others, false)];
}

function standing(
  plan: SearchPlan,
  vocabulary: readonly [string, { frequency: number; spoken: boolean }][],
  misspelled: boolean,
): StandingWord[] {
  return plan.units.flatMap((unit, index) => {
    if (unit.text.startsWith(WHOLE)) return [];
    const sought = misspelled ? unit : { ...unit, reach: 0 };
    const variants = new Map(
      plan.variants.flatMap((each) =>
        each.unit === index && (misspelled || !each.slip) ? [[each.word, each.quality]] : [],
      ),
    );
    return vocabulary.flatMap(([word, { frequency, spoken }]) => {
      const quality = variants.get(word) ?? qualityOf(sought, word, plan.slots);
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
    const words = plainWords(text);
    for (const word of new Set(words)) {
      const known = vocabulary.get(word);
      vocabulary.set(word, { frequency: (known?.spoken ? known.frequency : 0) + 1, spoken: true });
    }
    for (const { text: word } of joined ? [...joinedPairs(words), ...joinedNumbers(words)] : []) {
      if (!vocabulary.has(word)) vocabulary.set(word, { frequency: 1, spoken: false });
    }
  }
  return vocabulary;
}

function qualityOf({ text, reach, completions }: Unit, word: string, slots: readonly string[]): number {
  const begun =
    completions > 0 && word.startsWith(text)
      ? BEGUN.least + ((BEGUN.most - BEGUN.least) * text.length) / word.length
      : 0;
  if (reach === 0 || slots.includes(word)) return begun;
  const edits = editsWithin(text, word, reach);
  return edits === undefined ? begun : Math.max(begun, 1 - (EDIT_COST * edits) / (text.length + 1));
}
