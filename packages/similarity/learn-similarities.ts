import { type Running } from "../process/run-in-thread.js";
import { type LearnedSimilarities, type LearnSettings } from "./compute-similarities.js";
import { assertInteractions, type Interactions } from "./interactions.js";
import { inThread } from "./similarity-thread.js";

export type { Interactions } from "./interactions.js";
export type { LearnedSimilarities, LearnSettings } from "./compute-similarities.js";
export type { Edges } from "./strongest.js";

/** One learned similarity; the score of a title for a profile is the sum of the weights from what it watched. */
export interface SimilarEdge {
  /** Index of the title that was watched. */
  from: number;
  /** Index of the title that is recommended because of it. */
  to: number;
  /** Above 0. Comparable between edges of one run, not between models. */
  weight: number;
}

/** How a similarity was found. */
export type SimilarityModel = "EASE" | "RP3BETA" | "CONTENT";

/** What can be chosen about `learnSimilarities`; the defaults are the measured ones of `bench/recommendations.ts`. */
export interface LearnOptions extends Partial<LearnSettings>, Running {}

/**
 * Learns which titles are watched by the same viewers: for each title its strongest positive incoming edges.
 *
 * Compiled, the work runs in a thread of its own and leaves the caller's event loop free. The same input gives the
 * same edges.
 *
 * @throws RangeError when the input or an option is not as described.
 */
export async function learnSimilarities(
  input: Interactions,
  options: LearnOptions = {},
): Promise<LearnedSimilarities> {
  const { onProgress, signal, ...settings } = options;
  assertInteractions(input);
  const watches = { ...input, items: { length: input.items.length } };
  return inThread({ kind: "watches", input: watches, settings }, { onProgress, signal });
}
