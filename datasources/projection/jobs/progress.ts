import { StoreUnavailableError } from "../../core/store-error.js";

/** The share that is done, in [0, 1], for showing it; of an unknown total nothing counts as done. */
export function shareOf(done: number, total: number | null): number {
  if (total === null) return 0;
  return total === 0 ? 1 : Math.min(1, done / total);
}

/** A count that only tells how far work is: where it takes its store too long, the work goes on without. */
export function countIfAnswered(count: Promise<number>): Promise<number | null> {
  return count.catch((error: unknown) => {
    if (error instanceof StoreUnavailableError) return null;
    throw error;
  });
}
