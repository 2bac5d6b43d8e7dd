import { type Running } from "../process/run-in-thread.js";
import { assertInteractions, type Interactions } from "./interactions.js";
import { inThread } from "./similarity-thread.js";

/** What can be chosen about `rankDense`. */
export interface DenseOptions extends Running {
  /** Most items of a list. */
  limit: number;
  /** Items with fewer viewers take no part; 3 by default, as in learning. */
  minViewers?: number;
}

/**
 * Lists by EASE^R's whole matrix: for each history (indices of items) the best items outside of it, best first, of those
 * whose score is above 0. Compiled, it runs in a thread of its own.
 *
 * @throws RangeError when the input is not as described.
 */
export async function rankDense(
  input: Interactions,
  histories: readonly Uint32Array[],
  { limit, minViewers = 3, onProgress, signal }: DenseOptions,
): Promise<Uint32Array[]> {
  assertInteractions(input);
  const watches = { ...input, items: { length: input.items.length } };
  const task = { kind: "dense", input: watches, settings: { histories, limit, minViewers } } as const;
  return (await inThread(task, { onProgress, signal })).lists;
}
