import { type SearchPlan } from "./plan.js";
import { type StandingWord } from "./standing.js";
import { plainWords } from "./words.js";

/** A word at least this well matched needs no other spelling. */
const GOOD = 0.94;

/**
 * The text with each word that the vocabulary does not have replaced by the likeliest one that it has: one that the
 * best hit has, else the nearest, else the most frequent.
 *
 * @param names the names in the best hit; none where there is no hit.
 * @returns null where nothing would change.
 */
export function betterSpelling(
  text: string,
  plan: SearchPlan,
  words: readonly StandingWord[],
  names: readonly string[],
): string | null {
  const inBestHit = new Set(names.flatMap(plainWords));
  const replacements = new Map<string, string>();
  plan.slots.forEach((slot, unit) => {
    const better = likeliest(
      slot,
      words.filter((word) => word.unit === unit && word.spoken),
      inBestHit,
    );
    if (better !== undefined && better !== slot) replacements.set(slot, better);
  });
  if (replacements.size === 0) return null;
  return plainWords(text)
    .map((word) => replacements.get(word) ?? word)
    .join(" ");
}

function likeliest(
  slot: string,
  candidates: readonly StandingWord[],
  inBestHit: ReadonlySet<string>,
): string | undefined {
  if (inBestHit.has(slot)) return undefined;
  const known = candidates.some((word) => word.quality >= GOOD);
  const preferred = candidates.filter((word) => inBestHit.has(word.word));
  if (known && preferred.length === 0) return undefined;
  const ranked = [...(preferred.length > 0 ? preferred : candidates)].sort(
    (a, b) => b.quality - a.quality || b.frequency - a.frequency || (a.word < b.word ? -1 : 1),
  );
  return ranked[0]?.word;
}
