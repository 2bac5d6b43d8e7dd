import { type TitleContent } from "./compute-content.js";
import { type Edges } from "./strongest.js";
import { inThread } from "./similarity-thread.js";

export type { TitleContent } from "./compute-content.js";

/** What can be chosen about `contentSimilarities`. */
export interface ContentOptions {
  /** Most similar titles kept per title; 30 by default. */
  neighbours?: number;
  /** Stops the work; the promise rejects with its reason. */
  signal?: AbortSignal;
}

/**
 * Similarity from what titles are rather than from who watched them, for titles nobody has watched yet. Compiled,
 * it runs in a thread of its own.
 *
 * @returns edges by index into `titles`: per title `to`, its nearest titles `from`, strongest first, weights in (0, 1].
 */
export async function contentSimilarities(
  titles: readonly TitleContent[],
  { neighbours = 30, signal }: ContentOptions = {},
): Promise<Edges> {
  if (!Number.isInteger(neighbours) || neighbours < 1) {
    throw new RangeError(`neighbours must be a whole number above 0, found ${neighbours}`);
  }
  return inThread({ kind: "content", titles, neighbours }, { signal });
}
