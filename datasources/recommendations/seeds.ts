import { EARLIER_SEEDS, FOLLOWED, LATEST_SEEDS, RECENCY, SEEDS } from "./recommendations.js";

/** A watch that recommends, and how much it counts by how many later ones there are. */
export interface Seed<W> {
  watch: W;
  counts: number;
  /** What it counts for what was watched soon after it (`FOLLOWED`). */
  following: number;
}

/**
 * Which of a profile's watches recommend and how much they count, as both engines choose and weigh them, for measuring
 * without either: completion and ratings apart.
 *
 * @param latestFirst all of the profile's watches.
 */
export function seedsOf<W>(latestFirst: readonly W[]): Seed<W>[] {
  const ranked = latestFirst.map((watch, rank) => ({
    watch,
    counts: RECENCY.floor + (1 - RECENCY.floor) * Math.exp(-rank / RECENCY.fading),
    following: FOLLOWED[rank] ?? 0,
  }));
  if (ranked.length <= SEEDS) return ranked;
  const earlier = ranked.slice(LATEST_SEEDS);
  const place = (at: number) => Math.floor((at * EARLIER_SEEDS) / earlier.length);
  return [...ranked.slice(0, LATEST_SEEDS), ...earlier.filter((_, at) => place(at) > place(at - 1))];
}
