/** Who watched what: one row a viewer, in compressed sparse row form. */
export interface Interactions {
  /** The titles, interned: everything else names a title by its index in here. */
  items: string[];
  /** How many viewers (rows) there are. */
  users: number;
  /** `users + 1` positions: viewer `u` watched `itemIndex[offsets[u] … offsets[u + 1] - 1]`. */
  offsets: Uint32Array;
  /** Indices into `items`, ascending and distinct within a viewer. */
  itemIndex: Uint32Array;
  /**
   * How much each watch counts (aligned with `itemIndex`), for example the part of the title that was played
   * or its age; finite, above 0. Absent: every watch counts 1.
   */
  weight?: Float32Array;
  /** When each watch began (aligned with `itemIndex`). Seconds since 1970. Absent: it is not known what came after what. */
  at?: Uint32Array;
}

/** Interactions without the names of the titles, only their number: all that learning needs. */
export type Watches = Omit<Interactions, "items"> & { items: { length: number } };

/** The interactions a model learns from: some titles and outliers left out, titles renumbered. */
export interface TrainingSet {
  /** Index in `Interactions.items` of each title that takes part, ascending. */
  titles: Uint32Array;
  users: number;
  offsets: Uint32Array;
  /** Indices into `titles`. */
  itemIndex: Uint32Array;
  weight: Float32Array;
}

/**
 * Checks the shape of interactions that come from outside.
 * @throws RangeError naming the first thing that is wrong.
 */
export function assertInteractions(input: Interactions): void {
  const { items, users, offsets, itemIndex, weight, at } = input;
  if (offsets.length !== users + 1) {
    throw new RangeError(`offsets must hold users + 1 = ${users + 1} positions, found ${offsets.length}`);
  }
  if (offsets[0] !== 0 || offsets[users] !== itemIndex.length) {
    throw new RangeError(`offsets must run from 0 to the number of watches, ${itemIndex.length}`);
  }
  if (weight && weight.length !== itemIndex.length) {
    throw new RangeError(`weight must hold ${itemIndex.length} values, found ${weight.length}`);
  }
  if (at && at.length !== itemIndex.length) {
    throw new RangeError(`at must hold ${itemIndex.length} instants, found ${at.length}`);
  }
  for (let user = 0; user < users; user++) {
    assertRow(itemIndex, offsets[user]!, offsets[user + 1]!, items.length, user);
  }
  const bad = weight?.findIndex((value) => !(value > 0 && value < Infinity)) ?? -1;
  if (bad >= 0) throw new RangeError(`weight ${bad} must be a finite number above 0, found ${weight![bad]}`);
}

function assertRow(itemIndex: Uint32Array, start: number, end: number, items: number, user: number): void {
  if (start > end) throw new RangeError(`offsets of viewer ${user} run backwards`);
  for (let at = start; at < end; at++) {
    if (itemIndex[at]! >= items) throw new RangeError(`viewer ${user} watched an item that is not in items`);
    if (at > start && itemIndex[at]! <= itemIndex[at - 1]!) {
      throw new RangeError(`the items of viewer ${user} must be ascending and distinct`);
    }
  }
}

/**
 * Leaves out titles with fewer than `minViewers` viewers, of which nothing can be learned, and thins profiles
 * longer than `maxProfile` evenly: learning costs the square of a profile's length, and a profile that holds
 * everything says little about any pair.
 */
export function trainingSet(input: Watches, minViewers: number, maxProfile: number): TrainingSet {
  const viewers = new Uint32Array(input.items.length);
  for (const item of input.itemIndex) viewers[item]! += 1;
  const kept: number[] = [];
  viewers.forEach((count, item) => count >= Math.max(minViewers, 1) && kept.push(item));
  const titles = Uint32Array.from(kept);
  const renumbered = new Int32Array(input.items.length).fill(-1);
  titles.forEach((item, index) => (renumbered[item] = index));

  const offsets = new Uint32Array(input.users + 1);
  const itemIndex = new Uint32Array(input.itemIndex.length);
  const weight = new Float32Array(input.itemIndex.length);
  let used = 0;
  for (let user = 0; user < input.users; user++) {
    const start = input.offsets[user]!;
    const length = input.offsets[user + 1]! - start;
    const taken = Math.min(length, maxProfile);
    for (let i = 0; i < taken; i++) {
      const at = start + (taken === length ? i : Math.floor((i * length) / taken));
      const title = renumbered[input.itemIndex[at]!]!;
      if (title < 0) continue;
      itemIndex[used] = title;
      weight[used++] = input.weight ? input.weight[at]! : 1;
    }
    offsets[user + 1] = used;
  }
  return {
    titles,
    users: input.users,
    offsets,
    itemIndex: itemIndex.slice(0, used),
    weight: weight.slice(0, used),
  };
}

/** The same matrix by title: the viewers of title `t` are `users[offsets[t] … offsets[t + 1] - 1]`, ascending. */
export interface ByTitle {
  offsets: Uint32Array;
  users: Uint32Array;
  weight: Float32Array;
}

/** Transposes a training set, in time linear in the number of watches. */
export function byTitle(set: TrainingSet): ByTitle {
  const offsets = new Uint32Array(set.titles.length + 1);
  for (const title of set.itemIndex) offsets[title + 1]! += 1;
  for (let title = 0; title < set.titles.length; title++) offsets[title + 1]! += offsets[title]!;
  const next = offsets.slice();
  const users = new Uint32Array(set.itemIndex.length);
  const weight = new Float32Array(set.itemIndex.length);
  for (let user = 0; user < set.users; user++) {
    for (let at = set.offsets[user]!; at < set.offsets[user + 1]!; at++) {
      const slot = next[set.itemIndex[at]!]!++;
      users[slot] = user;
      weight[slot] = set.weight[at]!;
    }
  }
  return { offsets, users, weight };
}
