import { type SearchPlan, WHOLE } from "../../../packages/search-text/index.js";
import { type Clause } from "../../engines/opensearch/predicate.opensearch.js";
import { constant, match, near } from "./search-clauses.opensearch.js";

/** How a text is to be found. */
export interface QueryStyle {
  /**
   * `ALL`: every word. `NEAR`: every word, with a slip more than `ALL` has room for. `SOME`: at least half of them, or all
   * as they are written. `LITERAL`: every word as it is written, without scores.
   */
  words: "ALL" | "NEAR" | "SOME" | "LITERAL";
  /** Whether words not typed to their end are what is expected: the whole then counts more than its words. */
  typing: boolean;
  /** What popularity may add to a score in [0, 1]. */
  popularity: number;
}

/** How much it counts when it is found in another form. */
export const FORM = { pair: 0.97, begun: 0.75, begunMisspelled: 0.62, whole: 0.99 };
/** Letters from which on the start of a word may be misspelled. */
export const MISSPELLED_START = 5;
/** Most edits that the engine looks for, and letters from which on and up to which a word has room for one. */
const MOST_EDITS = 2;
const TWO_SLIPS = 6;
const SHORT = 8;

/**
 * A short word has room for one edit: with two, so many words are as near that hits lie far below what the best of them
 * matches. Where nothing is as near as that, words of six letters have room for two.
 */
export function roomFor(text: string, { words }: Pick<QueryStyle, "words">): number {
  const { length } = [...text];
  return length <= SHORT && (words !== "NEAR" || length < TWO_SLIPS) ? 1 : MOST_EDITS;
}

/**
 * Begun and misspelled: the first half as it should be, or the slip in it taken back. All starts of a word that are near
 * count once.
 */
export function misspelledStarts(
  plan: SearchPlan,
  index: number,
  field: string,
  boost: number,
  style: QueryStyle,
): Clause[] {
  const text = plan.units[index]!.text.replace(WHOLE, "");
  const starts = plan.starts.flatMap(({ unit, start }) => (unit === index ? [start.replace(WHOLE, "")] : []));
  const loose = near(field, text, roomFor(text, style), Math.ceil(text.length / 2));
  return [loose, ...(starts.length > 0 ? [match(field, starts.join(" "), 1)] : [])].map((each) =>
    constant(each, boost),
  );
}
