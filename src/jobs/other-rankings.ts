import { rankDense, type Interactions } from "../../packages/similarity/index.js";

/** How deep lists are that others are compared by: of the first ones some may not be met. */
const DEPTH = 300;
/** With more titles than this the whole matrix does not fit: it is as large as learning's own. */
export const MOST_DENSE = 5_000;

/** A way to recommend that takes nothing but who watched what: the best titles of a history, best first. */
export type OtherRanking = (history: Uint32Array, at: number) => Uint32Array;

/** Titles by how many have watched them. */
export function byPopularity({ items, itemIndex }: Interactions): OtherRanking {
  const viewers = new Float64Array(items.length);
  for (const item of itemIndex) viewers[item]! += 1;
  const order = best(viewers, items.length);
  return (history) => {
    const known = new Set(history);
    return order.filter((item) => !known.has(item)).subarray(0, DEPTH);
  };
}

/**
 * "Who watched this also watched": titles by the number of paths that lead there over other profiles. A profile counts
 * for each title as often as it shares one with the history, so that no matrix is needed.
 */
export function byPaths({ items, users, offsets, itemIndex }: Interactions): OtherRanking {
  const paths = new Float64Array(items.length);
  const isKnown = new Uint8Array(items.length);
  return (history) => {
    paths.fill(0);
    for (const item of history) isKnown[item] = 1;
    for (let user = 0; user < users; user++) {
      const row = itemIndex.subarray(offsets[user], offsets[user + 1]);
      let shared = 0;
      for (const item of row) shared += isKnown[item]!;
      if (shared > 0) for (const item of row) paths[item]! += shared;
    }
    for (const item of history) [paths[item], isKnown[item]] = [0, 0];
    return best(paths, DEPTH);
  };
}

/** EASE's whole matrix; null where there are too many titles for it. */
export async function byWholeMatrix(
  interactions: Interactions,
  histories: readonly Uint32Array[],
  onProgress: (fraction: number) => void,
): Promise<OtherRanking | null> {
  if (interactions.items.length > MOST_DENSE || interactions.users === 0) return null;
  const lists = await rankDense(interactions, histories, { limit: DEPTH, onProgress });
  return (_history, at) => lists[at]!;
}

/** The items of the highest scores above 0; equal ones by index. */
function best(scores: Float64Array, limit: number): Uint32Array {
  const scored = Uint32Array.from(scores.keys()).filter((item) => scores[item]! > 0);
  return scored.sort((a, b) => scores[b]! - scores[a]! || a - b).subarray(0, limit);
}
