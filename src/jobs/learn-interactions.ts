import { type Interactions } from "../../packages/similarity/index.js";

/** A profile has watched a title. */
export interface WatchedPair {
  profileId: string;
  titleId: string;
  /** How much the watch counts, in (0, 1]. */
  strength: number;
  /** When it began. Milliseconds since 1970. */
  firstAt: number;
}

/** Columns of watches that grow by doubling. */
interface Columns {
  itemIndex: Uint32Array;
  weight: Float32Array;
  at: Uint32Array;
}

/**
 * Gathers batches of watched pairs into sparse rows, one a profile: twelve bytes a pair, whatever the ids are.
 *
 * @param batches pairs ordered by profile and distinct; a profile may go on in the next batch.
 */
export async function gatherInteractions(
  batches: AsyncIterable<readonly WatchedPair[]>,
): Promise<Interactions> {
  const indexes = new Map<string, number>();
  const offsets = [0];
  let columns: Columns = {
    itemIndex: new Uint32Array(1024),
    weight: new Float32Array(1024),
    at: new Uint32Array(1024),
  };
  let count = 0;
  let profile: string | undefined;
  for await (const batch of batches) {
    for (const { profileId, titleId, strength, firstAt } of batch) {
      if (profile !== undefined && profileId !== profile) offsets.push(count);
      profile = profileId;
      if (count === columns.itemIndex.length) columns = resized(columns, count * 2);
      columns.itemIndex[count] = indexOf(indexes, titleId);
      columns.at[count] = firstAt / 1_000;
      columns.weight[count++] = strength;
    }
  }
  if (profile !== undefined) offsets.push(count);
  const gathered = resized(columns, count);
  for (let user = 0; user + 1 < offsets.length; user++) {
    sortRow(gathered, offsets[user]!, offsets[user + 1]!);
  }
  return {
    items: [...indexes.keys()],
    users: offsets.length - 1,
    offsets: Uint32Array.from(offsets),
    ...gathered,
  };
}

function indexOf(indexes: Map<string, number>, id: string): number {
  const known = indexes.get(id);
  if (known !== undefined) return known;
  indexes.set(id, indexes.size);
  return indexes.size - 1;
}

function resized(columns: Columns, length: number): Columns {
  const taken = Math.min(length, columns.itemIndex.length);
  const itemIndex = new Uint32Array(length);
  const weight = new Float32Array(length);
  const at = new Uint32Array(length);
  itemIndex.set(columns.itemIndex.subarray(0, taken));
  weight.set(columns.weight.subarray(0, taken));
  at.set(columns.at.subarray(0, taken));
  return { itemIndex, weight, at };
}

/** Orders one profile's watches by item. */
function sortRow({ itemIndex, weight, at }: Columns, start: number, end: number): void {
  const row = Array.from({ length: end - start }, (_, i) => ({
    item: itemIndex[start + i]!,
    by: weight[start + i]!,
    began: at[start + i]!,
  }));
  row.sort((a, b) => a.item - b.item);
  row.forEach(({ item, by, began }, i) => {
    itemIndex[start + i] = item;
    weight[start + i] = by;
    at[start + i] = began;
  });
}
