import { type Edges, type Interactions } from "../../packages/similarity/learn-similarities.js";

/** A seeded generator of numbers in [0, 1). */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Interactions from the titles that each viewer watched. */
export function interactions(items: number, profiles: number[][]): Interactions {
  const offsets = new Uint32Array(profiles.length + 1);
  profiles.forEach((profile, user) => (offsets[user + 1] = offsets[user]! + profile.length));
  return {
    items: Array.from({ length: items }, (_, item) => `t${item}`),
    users: profiles.length,
    offsets,
    itemIndex: Uint32Array.from(profiles.flatMap((profile) => [...profile].sort((a, b) => a - b))),
  };
}

/** Viewers of `items` titles, each title watched with the same probability. */
export function randomProfiles(users: number, items: number, density: number, seed: number): number[][] {
  const next = random(seed);
  const all = Array.from({ length: items }, (_, item) => item);
  return Array.from({ length: users }, () => all.filter(() => next() < density));
}

/** Edges as `[from, to, weight]`. */
export function list({ from, to, weight }: Edges): [number, number, number][] {
  return Array.from(from, (value, i) => [value, to[i]!, weight[i]!]);
}
