import { type SearchPlan } from "./search-plan.js";
import { type HitRow, type WordRow } from "./search-rows.js";
import { wordsOf } from "./search-text.js";

/** A word at least this well matched needs no other spelling. */
const GOOD = 0.94;

/**
 * The text with each word that the vocabulary does not have replaced by the likeliest one that it has: one that the
 * best hit has, else the nearest, else the most frequent.
 *
 * @returns null where nothing would change.
 */
export function betterSpelling(
  text: string,
  plan: SearchPlan,
  words: readonly WordRow[],
  hits: readonly HitRow[],
): string | null {
  const inBestHit = wordsOfHit(hits[0]);
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
  return wordsOf(text)
    .map((word) => replacements.get(word.text) ?? word.text)
    .join(" ");
}

function wordsOfHit(hit: HitRow | undefined): ReadonlySet<string> {
  const { name = [], alternativeNames = [], people = [] } = hit?.texts ?? {};
  const texts = [...name, ...alternativeNames, ...people];
  return new Set(texts.flatMap((text) => wordsOf(text).map((word) => word.text)));
}

function likeliest(
  slot: string,
  candidates: readonly WordRow[],
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
