/** Characters kept: an index entry has a limit of its own, and nobody tells names apart behind this many. */
const MAX_LENGTH = 200;

/**
 * A name as lists are ordered by it: compatibility-decomposed (NFKD) without diacritics, lower case, without leading
 * punctuation and without a leading English article. `The Godfather` → `godfather`, `Amélie` → `amelie`.
 */
export function sortName(name: string): string {
  const folded = name.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/\s+/gu, " ").trim();
  const bare = folded.replace(/^[^\p{L}\p{N}]+/u, "").replace(/^(?:the|an|a) (?=.)/u, "");
  return (bare || folded).slice(0, MAX_LENGTH);
}
