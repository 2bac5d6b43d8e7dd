import { type AddedLists } from "../../packages/search-text/index.js";
import { type Learned } from "./learned-order.js";

/** A title that editors want to stand elsewhere than its match would have it. */
export interface SteeredTitle {
  /** Local id. */
  id: string;
  /** Its place before all others, from 1; null: where its score has it. */
  place: number | null;
  /** What its score is multiplied by; 1 where it has a place. */
  factor: number;
}

/** What editors have said of a text that is searched for, and what was learned for it. */
export interface Steering {
  /** What is the same, and what genres are asked for by, beside the lists of the package. */
  words: AddedLists;
  /** Each title once. */
  titles: readonly SteeredTitle[];
  /** Null: nothing counts. No engine looks at it; hits are put in their order behind them all. */
  learned: Learned | null;
}

/** Where editors have said nothing. */
export const UNSTEERED: Steering = { words: { same: [], genres: [] }, titles: [], learned: null };

/** The last place that a title may be given. */
export const LAST_PLACE = 10;
/** What a score may be multiplied by. */
export const FACTORS = { least: 0.25, most: 2 } as const;

/** From one place to the next: more than a text makes of any title, with the highest factor. */
export const PLACE_STEP = 4;

/** What a place adds to a score. */
export function placeScore(place: number | null): number {
  return place === null ? 0 : PLACE_STEP * (LAST_PLACE + 1 - place);
}

/** Scores as whoever searches is shown them: of a title that has a place, that of the best one that has none. */
export function shownScores(scores: readonly number[]): number[] {
  const matched = scores.filter((score) => score < PLACE_STEP);
  const best = matched.length > 0 ? Math.max(...matched) : 1;
  return scores.map((score) => (score < PLACE_STEP ? score : best));
}
