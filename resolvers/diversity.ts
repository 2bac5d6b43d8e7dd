/** What is put in order: how well it suits, and what it is like. */
export interface Variable {
  /** Above 0 where it suits at all; comparable within one list. */
  score: number;
  /** Ids of its genres. */
  genres: readonly string[];
}

/**
 * How strongly lists are varied unless it is said otherwise. Per cent. What it costs, and what more would, is in
 * bench/results/recommendations.md.
 */
export const DIVERSITY_PERCENT = 8;

/** How many of the first are put in another order: some pages of a television, and a bounded amount of work. */
export const VARIED = 60;

/**
 * The first of a list in another order, which is less of the same: maximal marginal relevance (Carbonell and Goldstein,
 * "The Use of MMR, Diversity-Based Reranking for Reordering Documents and Producing Summaries", SIGIR 1998). One after the
 * other that comes next whose score, of the best one's, times (1 − strength), less strength times its likeness to the most
 * alike that stands already, is greatest; equal ones stay in their order. Two titles are as like as the part of their
 * genres that they share; those without any are like none.
 *
 * @param list best first.
 * @param strength from 0, where the order stays, to 1.
 */
export function varied<V extends Variable>(list: readonly V[], strength: number): V[] {
  const best = list[0]?.score ?? 0;
  if (strength === 0 || best <= 0) return [...list];
  const left = list.slice(0, VARIED).map((each) => ({ each, likeness: 0 }));
  const chosen: V[] = [];
  while (left.length > 0) {
    const worth = ({ each, likeness }: (typeof left)[number]) =>
      ((1 - strength) * each.score) / best - strength * likeness;
    const next = left.reduce((one, other) => (worth(other) > worth(one) ? other : one));
    left.splice(left.indexOf(next), 1);
    chosen.push(next.each);
    for (const other of left)
      other.likeness = Math.max(other.likeness, sharedPart(next.each.genres, other.each.genres));
  }
  return [...chosen, ...list.slice(VARIED)];
}

/** What two share of all genres that either has (Jaccard). */
function sharedPart(one: readonly string[], other: readonly string[]): number {
  const shared = one.filter((genre) => other.includes(genre)).length;
  return shared === 0 ? 0 : shared / (one.length + other.length - shared);
}
