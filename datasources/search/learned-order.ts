/** What was learned of titles for a text. */
export interface Learned {
  /** Whether it is tried on those alone whose searches are noted, mixed with the order as it is without. */
  trial: boolean;
  /** By local id: what the score is multiplied by; 1 for all others. */
  factors: Readonly<Record<string, number>>;
}

/** By how much a score is multiplied at most, for a title that everybody opens who looks at it. */
const MOST = 1.5;

/** What a title's score is multiplied by. @param attraction from 0 to 1. */
export function liftOf(attraction: number): number {
  return 1 + (MOST - 1) * attraction;
}

/** A hit, as far as its place hangs on it. */
export interface Placed {
  id: string;
  score: number;
  /** Whether its place is not to be learned: it is called what was typed, or an editor has put it there. */
  fixed: boolean;
}

/**
 * Hits in the order that was learned, as their places in the one that they came in. What is fixed keeps its place, and nothing
 * passes it: of what is called just as was typed nothing comes to stand above that did not before. Others are ordered by
 * their scores times their factors, of equals as they came.
 */
export function learnedOrder(hits: readonly Placed[], factors: Learned["factors"]): number[] {
  const worth = ({ id, score }: Placed) => score * (Object.hasOwn(factors, id) ? factors[id]! : 1);
  const order: number[] = [];
  let run: number[] = [];
  const close = () => {
    order.push(...run.sort((a, b) => worth(hits[b]!) - worth(hits[a]!) || a - b));
    run = [];
  };
  hits.forEach(({ fixed }, at) => {
    if (fixed) close();
    if (fixed) order.push(at);
    else run.push(at);
  });
  close();
  return order;
}
