/**
 * Random numbers that a seed repeats (mulberry32 by Tommy Ettinger, public domain).
 *
 * @param {number} seed
 * @returns {{ below(n: number): number, pick<T>(list: readonly T[]): T, chance(share: number): boolean, fork(): ReturnType<typeof createRandom> }}
 *   `below` answers a whole number from 0 up to, not including, n; `fork` another generator that this one decides.
 */
export function createRandom(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (n) => Math.floor(next() * n);
  return {
    below,
    pick: (list) => list[below(list.length)],
    chance: (share) => next() < share,
    fork: () => createRandom(below(2 ** 32)),
  };
}
