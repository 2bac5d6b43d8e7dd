import { type Interactions } from "../../packages/similarity/index.js";

/**
 * Limits of profiles that keep much of a catalogue from them, in years of age: a child's, and a teenager's. Each title has
 * so many of the strongest incoming edges, and of one that children may meet half come from titles that they may not have
 * watched. So for each limit edges are learned among what may be met under it as well, which those take no places of.
 */
export const LEARNED_LIMITS = [8, 14] as const;

/**
 * The watches of some titles alone, whose indices stay.
 *
 * @param isKept whether a title's watches are kept, by its index.
 * @returns null where none is left out, or none is left: nothing else would be learned then.
 */
export function watchesOf(input: Interactions, isKept: (item: number) => boolean): Interactions | null {
  const { offsets, itemIndex, weight, at: times } = input;
  const kept = Uint32Array.from(itemIndex.keys()).filter((at) => isKept(itemIndex[at]!));
  if (kept.length === 0 || kept.length === itemIndex.length) return null;
  const before = new Uint32Array(itemIndex.length + 1);
  for (const at of kept) before[at + 1] = 1;
  for (let at = 0; at < itemIndex.length; at++) before[at + 1]! += before[at]!;
  return {
    ...input,
    offsets: offsets.map((at) => before[at]!),
    itemIndex: kept.map((at) => itemIndex[at]!),
    ...(weight && { weight: Float32Array.from(kept, (at) => weight[at]!) }),
    ...(times && { at: kept.map((at) => times[at]!) }),
  };
}
