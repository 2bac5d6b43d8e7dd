/** First pause before something is tried again, and the longest one. Milliseconds. */
export interface Pauses {
  firstMs: number;
  longestMs: number;
}

/** The pause after so many attempts, from 1: twice the one before. Milliseconds. */
export function pauseAfter(attempts: number, { firstMs, longestMs }: Pauses): number {
  return Math.min(longestMs, firstMs * 2 ** Math.min(attempts - 1, 10));
}
