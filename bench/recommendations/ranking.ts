// Titles ranked as a request ranks them, from learned edges or from co-watches, and how well.
import { LIKING } from "../../datasources/recommendations/recommendations.js";
import { seedsOf } from "../../datasources/recommendations/seeds.js";
import { type Interactions } from "../../packages/similarity/index.js";
import { VARIED, varied } from "../../resolvers/diversity.js";
import { type Split, type Watch } from "./data.js";

/** How many titles are recommended. */
const CUT = 10;

/** Edges in columns. */
export interface EdgeColumns {
  from: ArrayLike<number>;
  to: ArrayLike<number>;
  weight: ArrayLike<number>;
  /** How much the end is watched soon after the start; unless given, nothing is. */
  next?: ArrayLike<number>;
}

/** Edges by the title that was watched. */
export interface Outgoing {
  offsets: Uint32Array;
  to: Uint32Array;
  weight: Float64Array;
  next: Float64Array;
}

/** How many viewers a title shares with each other one. */
export type CoWatches = ReadonlyMap<number, number>[];

/** How many viewers each pair of titles shares, as one Map a title. */
export function coWatches(input: Interactions): CoWatches {
  const rows = input.items.map(() => new Map<number, number>());
  for (let user = 0; user < input.users; user++) {
    const row = input.itemIndex.subarray(input.offsets[user], input.offsets[user + 1]);
    for (const a of row) {
      const shared = rows[a]!;
      for (const b of row) if (a !== b) shared.set(b, (shared.get(b) ?? 0) + 1);
    }
  }
  return rows;
}

/** Edges by target from co-watches: the `limit` strongest of each title. */
export function edgesFrom(
  rows: CoWatches,
  weigh: (from: number, to: number, shared: number) => number,
  limit: number,
): EdgeColumns {
  const edges = { from: [] as number[], to: [] as number[], weight: [] as number[] };
  rows.forEach((row, to) => {
    const ranked = [...row].map(([from, count]) => [from, weigh(from, to, count)] as const);
    ranked.sort((a, b) => b[1] - a[1] || a[0] - b[0]);
    for (const [from, weight] of ranked.slice(0, limit)) {
      edges.from.push(from);
      edges.to.push(to);
      edges.weight.push(weight);
    }
  });
  return edges;
}

/** Edges grouped by the watched title, which is how a request walks them. */
export function outgoing({ from, to, weight, next: soon }: EdgeColumns, items: number): Outgoing {
  const offsets = new Uint32Array(items + 1);
  for (let i = 0; i < from.length; i++) offsets[from[i]! + 1]! += 1;
  for (let item = 0; item < items; item++) offsets[item + 1]! += offsets[item]!;
  const next = offsets.slice();
  const graph = {
    offsets,
    to: new Uint32Array(from.length),
    weight: new Float64Array(from.length),
    next: new Float64Array(from.length),
  };
  for (let i = 0; i < from.length; i++) {
    const slot = next[from[i]!]!++;
    graph.to[slot] = to[i]!;
    graph.weight[slot] = weight[i]!;
    graph.next[slot] = soon?.[i] ?? 0;
  }
  return graph;
}

/** A watch that recommends, and how much it counts. */
interface Seed {
  item: number;
  counts: number;
  /** Times that, what it counts for what was watched soon after it; nothing, unless given. */
  following?: number;
}

/** Which of a profile's watches, latest first, recommend. */
export type Choice = (train: readonly Watch[], graph: Outgoing) => Seed[];

/** The latest, each the same. */
export const latest =
  (count: number): Choice =>
  (train) =>
    train.slice(0, count).map(({ item }) => ({ item, counts: 1 }));

/** As the stores choose and weigh them. */
export const asServed: Choice = (train) =>
  seedsOf(train).map(({ watch, counts, following }) => ({ item: watch.item, counts, following }));

/** As they are served, but for what was watched soon after the latest. */
export const notFollowing: Choice = (train, graph) =>
  asServed(train, graph).map(({ item, counts }) => ({ item, counts }));

/** As they are served where the ratings are known, with what those of 1 and 2 count given. */
export const rated =
  (two: number, one: number): Choice =>
  (train, graph) => {
    const liking: Readonly<Record<number, number>> = { ...LIKING, 2: two, 1: one };
    const ratings = new Map(train.map(({ item, rating }) => [item, rating]));
    return asServed(train, graph).map(({ item, counts, following }) => ({
      item,
      following,
      counts: counts * (liking[ratings.get(item) ?? 0] ?? 1),
    }));
  };

/** Scores of all titles for a profile and how many edges were walked for them. */
function score(graph: Outgoing, seeds: readonly Seed[], scores: Float64Array): number {
  scores.fill(0);
  let walked = 0;
  for (const { item, counts, following = 0 } of seeds) {
    const [start, end] = [graph.offsets[item]!, graph.offsets[item + 1]!];
    for (let at = start; at < end; at++)
      scores[graph.to[at]!]! += counts * (graph.weight[at]! + following * graph.next[at]!);
    walked += end - start;
  }
  return walked;
}

/** The best titles outside `seen`; popularity decides between equal scores, then the index. */
function best(
  scores: Float64Array,
  popularity: Float64Array,
  seen: ReadonlySet<number>,
  count = CUT,
): number[] {
  const top: number[] = [];
  const before = (a: number, b: number) =>
    scores[b]! - scores[a]! || popularity[b]! - popularity[a]! || a - b;
  for (let item = 0; item < scores.length; item++) {
    if (seen.has(item)) continue;
    if (top.length === count && before(top[count - 1]!, item) < 0) continue;
    top.push(item);
    top.sort(before);
    if (top.length > count) top.pop();
  }
  return top;
}

/**
 * Mean Recall@10, NDCG@10 and part of profiles with a hit over all with something held back, and the 95th percentile of
 * edges walked.
 */
export function evaluate(
  profiles: readonly Split[],
  graph: Outgoing,
  popularity: Float64Array,
  choice: Choice,
) {
  const scores = new Float64Array(popularity.length);
  const sums = { recall: 0, ndcg: 0, hit: 0, profiles: 0 };
  const walks: number[] = [];
  for (const { train, test } of profiles) {
    if (test.length === 0) continue;
    walks.push(score(graph, choice(train, graph), scores));
    const wanted = new Set(test.map((watch) => watch.item));
    const hits = best(scores, popularity, new Set(train.map((watch) => watch.item))).map((item) =>
      wanted.has(item),
    );
    const gain = hits.reduce((sum, hit, rank) => sum + (hit ? 1 / Math.log2(rank + 2) : 0), 0);
    let ideal = 0;
    for (let rank = 0; rank < Math.min(CUT, test.length); rank++) ideal += 1 / Math.log2(rank + 2);
    sums.recall += hits.filter(Boolean).length / test.length;
    sums.ndcg += gain / ideal;
    sums.hit += hits.some(Boolean) ? 1 : 0;
    sums.profiles++;
  }
  walks.sort((a, b) => a - b);
  return {
    recall: sums.recall / sums.profiles,
    ndcg: sums.ndcg / sums.profiles,
    hit: sums.hit / sums.profiles,
    profiles: sums.profiles,
    walked: walks[Math.floor(walks.length * 0.95)] ?? NaN,
  };
}

/** Mean NDCG@10 of what is served, varied so strongly, and how unlike the ten titles are, a pair on the average. */
export function evaluateVaried(
  profiles: readonly Split[],
  graph: Outgoing,
  popularity: Float64Array,
  genres: readonly (readonly string[])[],
  strengths: readonly number[],
) {
  const scores = new Float64Array(popularity.length);
  const sums = strengths.map(() => ({ ndcg: 0, diversity: 0 }));
  const judged = profiles.filter(({ test }) => test.length > 0);
  for (const { train, test } of judged) {
    score(graph, asServed(train, graph), scores);
    const wanted = new Set(test.map((watch) => watch.item));
    const seen = new Set(train.map((watch) => watch.item));
    const list = best(scores, popularity, seen, VARIED).map((item) => ({
      item,
      score: scores[item]!,
      genres: genres[item]!,
    }));
    let ideal = 0;
    for (let rank = 0; rank < Math.min(CUT, test.length); rank++) ideal += 1 / Math.log2(rank + 2);
    strengths.forEach((strength, n) => {
      const shown = varied(list, strength).slice(0, CUT);
      const gain = shown.reduce(
        (sum, { item }, rank) => sum + (wanted.has(item) ? 1 / Math.log2(rank + 2) : 0),
        0,
      );
      sums[n]!.ndcg += gain / ideal / judged.length;
      sums[n]!.diversity += unlikeness(shown.map((each) => each.genres)) / judged.length;
    });
  }
  return sums;
}

function unlikeness(lists: readonly (readonly string[])[]): number {
  let [sum, pairs] = [0, 0];
  lists.forEach((one, at) => {
    for (const other of lists.slice(at + 1)) {
      const shared = one.filter((genre) => other.includes(genre)).length;
      sum += 1 - (shared === 0 ? 0 : shared / (one.length + other.length - shared));
      pairs += 1;
    }
  });
  return sum / Math.max(pairs, 1);
}
