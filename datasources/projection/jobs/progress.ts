/** The share that is done, in [0, 1], for showing it; of an unknown total nothing counts as done. */
export function shareOf(done: number, total: number | null): number {
  if (total === null) return 0;
  return total === 0 ? 1 : Math.min(1, done / total);
}
