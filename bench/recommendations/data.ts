// Viewing data as the recommendations bench takes it: read, split and counted.
import { readFileSync } from "node:fs";
import path from "node:path";

import { type Interactions } from "../../packages/similarity/index.js";
import { createRandom, type Random } from "../../scripts/random.js";

/** Of each profile, held back unless said otherwise. */
const TEST_PART = 0.2;

/** A title that somebody watched; `at` in seconds since 1970, `rating` as the product has them, 1 to 5. */
export interface Watch {
  item: number;
  at: number;
  rating: number;
}

/** A profile's watches: what is learned from, latest first, and what was held back. */
export interface Split {
  train: Watch[];
  test: Watch[];
}

/** Shuffles a list in place, and answers it. */
export function shuffle<T>(list: T[], random: Random): T[] {
  for (let i = list.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [list[i], list[j]] = [list[j]!, list[i]!];
  }
  return list;
}

/** Ratings of at least `minRating`, by viewer, with titles interned; of titles with at least `minRatings` of them. */
export function readRatings(
  folder: string,
  minRating: number,
  minRatings = 1,
): { items: string[]; profiles: Watch[][] } {
  const index = new Map<string, number>();
  const users = new Map<string, Watch[]>();
  const lines = readFileSync(path.join(folder, "ratings.csv"), "utf8").split(/\r?\n/).slice(1);
  const rated = lines.filter(Boolean).map((line) => line.split(",") as [string, string, string, string]);
  const kept = rated.filter(([, , rating]) => Number(rating) >= minRating);
  const ratings = new Map<string, number>();
  for (const [, movie] of kept) ratings.set(movie, (ratings.get(movie) ?? 0) + 1);
  for (const [user, movie, rating, at] of kept) {
    if (ratings.get(movie)! < minRatings) continue;
    if (!index.has(movie)) index.set(movie, index.size);
    if (!users.has(user)) users.set(user, []);
    // Half stars count as the whole ones above them.
    const stars = Math.max(1, Math.round(Number(rating)));
    users.get(user)!.push({ item: index.get(movie)!, at: Number(at), rating: stars });
  }
  return { items: [...index.keys()], profiles: [...users.values()] };
}

/** Holds back a part of each profile, drawn at random; a profile too short to hold back one is only learned from. */
export function split(profiles: readonly Watch[][], seed: number, part = TEST_PART): Split[] {
  const random = createRandom(seed);
  return profiles.map((profile) => {
    const order = shuffle([...profile], random);
    const held = Math.floor(profile.length * part);
    return {
      test: order.slice(0, held),
      train: order.slice(held).sort(latestFirst),
    };
  });
}

/**
 * The same watches, each told by its place in its profile's order: of those of one second, of which there is no telling, one
 * that is drawn comes first. A quarter of MovieLens' ratings share their second with another of the same profile.
 */
export function inOrder(profiles: readonly Watch[][], seed: number): Watch[][] {
  const random = createRandom(seed);
  return profiles.map((profile) =>
    shuffle([...profile], random)
      .sort((a, b) => a.at - b.at)
      .map((watch, at) => ({ ...watch, at })),
  );
}

/** Holds back the last watch of each profile. */
export function splitLast(profiles: readonly Watch[][]): Split[] {
  return profiles.map((profile) => {
    const [last, ...train] = [...profile].sort(latestFirst);
    return { train, test: last && train.length > 0 ? [last] : [] };
  });
}

const latestFirst = (a: Watch, b: Watch) => b.at - a.at || a.item - b.item;

/** The training halves as the learner takes them. */
export function interactions(items: string[], profiles: readonly Pick<Split, "train">[]): Interactions {
  const offsets = new Uint32Array(profiles.length + 1);
  const rows = profiles.map(({ train }) => [...train].sort((a, b) => a.item - b.item));
  rows.forEach((row, user) => (offsets[user + 1] = offsets[user]! + row.length));
  const watches = rows.flat();
  return {
    items,
    users: rows.length,
    offsets,
    itemIndex: Uint32Array.from(watches, ({ item }) => item),
    at: Uint32Array.from(watches, ({ at }) => at),
  };
}

/** How many viewers each title has. */
export function viewers(input: Interactions): Float64Array {
  const counts = new Float64Array(input.items.length);
  for (const item of input.itemIndex) counts[item]!++;
  return counts;
}

/** Genres of the titles of `readRatings`, by its index. */
export function readGenres(folder: string, items: readonly string[]): string[][] {
  const lines = readFileSync(path.join(folder, "movies.csv"), "utf8").split(/\r?\n/).slice(1);
  const genres = new Map(
    lines.map((line) => [line.slice(0, line.indexOf(",")), line.slice(line.lastIndexOf(",") + 1).split("|")]),
  );
  return items.map((id) => (genres.get(id) ?? []).filter((genre) => !genre.startsWith("(")));
}
