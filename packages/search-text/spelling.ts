import { type SearchPlan } from "./plan.js";
import { type StandingWord } from "./standing.js";
import { isCommon, isUnspaced, plainWords } from "./words.js";

/** Another hit's word that stands for the same as nearly as well makes it doubtful which is meant. */
const DOUBTFUL = 0.06;
/** Hits that a doubt may come from. */
const LOOKED_AT = 5;

/** The texts of a hit that its words are looked for in. */
export interface HitNames {
  names: readonly string[];
  people: readonly string[];
  others: readonly string[];
}

interface Hit {
  names: ReadonlySet<string>;
  people: ReadonlySet<string>;
  all: ReadonlySet<string>;
}

/**
 * The text with each word that the best hit has in another spelling as the best hit has it. Only where every word stands
 * for one of the best hit, and none of the next hits has as good an explanation of another kind: what is proposed finds that
 * hit, and no worse.
 *
 * @param found the hits, best first.
 * @returns null where nothing would change but that a word is finished.
 */
export function betterSpelling(
  text: string,
  plan: SearchPlan,
  words: readonly StandingWord[],
  found: readonly HitNames[],
): string | null {
  const typed = plainWords(text);
  const [best, ...others] = found.slice(0, LOOKED_AT).map(wordsOfHit);
  if (!best || typed.some(isUnspaced)) return null;
  const replacements = new Map<string, string>();
  let misspelt = false;
  for (const [unit, slot] of plan.slots.entries()) {
    const standing = words.filter((word) => word.unit === unit && word.spoken);
    const meant = meantIn(best, slot, standing);
    if (!meant || (meant.word !== slot && isDoubtful(meant, best, others, slot, standing))) return null;
    const isSlip = !isGiven(plan, unit, meant.word) && !meant.word.startsWith(slot);
    misspelt ||= isSlip;
    if (isSlip || meant.word.startsWith(slot)) replacements.set(slot, meant.word);
  }
  return misspelt ? typed.map((word) => replacements.get(word) ?? word).join(" ") : null;
}

/** Whether a word is no slip but another way of writing the one that was typed. */
function isGiven(plan: SearchPlan, unit: number, word: string): boolean {
  return plan.variants.some((variant) => variant.unit === unit && variant.word === word && !variant.slip);
}

function wordsOfHit({ names, people, others }: HitNames): Hit {
  const wordsOf = (texts: readonly string[]) => new Set(texts.flatMap(plainWords));
  return { names: wordsOf(names), people: wordsOf(people), all: wordsOf([...names, ...people, ...others]) };
}

type Meant = Pick<StandingWord, "word" | "quality">;

/** The word of a hit that stands best for what was typed. */
function meantIn({ all }: Hit, slot: string, standing: readonly StandingWord[]): Meant | undefined {
  if (all.has(slot)) return { word: slot, quality: 1 };
  const [likeliest] = standing
    .filter(({ word }) => all.has(word) && !isCommon(word))
    .sort((a, b) => b.quality - a.quality || (a.word < b.word ? -1 : 1));
  return likeliest;
}

/** Whether another hit has another word for it that is nearly as good, or has this word in another place. */
function isDoubtful(
  meant: Meant,
  best: Hit,
  others: readonly Hit[],
  slot: string,
  standing: readonly StandingWord[],
): boolean {
  return others.some((other) => {
    const its = meantIn(other, slot, standing);
    if (!its) return false;
    if (its.word !== meant.word) return its.quality >= meant.quality - DOUBTFUL;
    return best.names.has(meant.word) && !other.names.has(meant.word) && other.people.has(meant.word);
  });
}
