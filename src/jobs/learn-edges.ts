import { type SimilarEdges } from "../../datasources/recommendations/recommendations.js";
import { groupByStart, type Edges } from "../../packages/similarity/index.js";

/** Edges that leave one title at most: from 200 watches, a recommendation looks at 50,000 edges at most. */
export const MAX_OUTGOING = 250;
/** A title with fewer edges than this in a direction gets content edges up to it. */
export const ENOUGH_EDGES = 10;

/**
 * Drops repeated pairs (the first one stays) and, of titles with more than `limit` outgoing edges, the weakest.
 * Answers the edges by start; linear but for the sorting of those overfull titles.
 *
 * @param titles how many titles the edges index.
 */
export function tidyEdges(edges: Edges, titles: number, limit = MAX_OUTGOING): Edges {
  const { order, starts } = groupByStart(edges.from, titles);
  const seenFrom = new Int32Array(titles).fill(-1);
  const kept = new Uint32Array(order.length);
  let count = 0;
  for (let title = 0; title < titles; title++) {
    const distinct = order.subarray(starts[title], starts[title + 1]).filter((edge) => {
      const first = seenFrom[edges.to[edge]!] !== title;
      seenFrom[edges.to[edge]!] = title;
      return first;
    });
    const best = strongest(edges, distinct, limit);
    kept.set(best, count);
    count += best.length;
  }
  return pick(edges, kept.subarray(0, count));
}

/**
 * Content edges for titles that too few viewers have watched: for each direction in which a title has fewer than
 * `ENOUGH_EDGES` learned edges, edges with its nearest titles up to that number. They weigh at most what the weakest
 * quarter of learned edges does, so that they rank behind what viewers have shown.
 *
 * @param learned tidy edges.
 * @param content per title `to` its nearest titles `from`, strongest first, weights in (0, 1].
 */
export function contentEdges(learned: Edges, content: Edges, titles: number): Edges {
  const incoming = countOf(learned.to, titles);
  const outgoing = countOf(learned.from, titles);
  const scale = quantile(learned.weight, 0.25);
  const picked = { from: [] as number[], to: [] as number[], weight: [] as number[] };
  const add = (from: number, to: number, weight: number): void => {
    picked.from.push(from);
    picked.to.push(to);
    picked.weight.push(weight * scale);
  };
  content.to.forEach((title, edge) => {
    const near = content.from[edge]!;
    const weight = content.weight[edge]!;
    if (incoming[title]! < ENOUGH_EDGES) {
      incoming[title]! += 1;
      add(near, title, weight);
    }
    if (outgoing[title]! < ENOUGH_EDGES) {
      outgoing[title]! += 1;
      add(title, near, weight);
    }
  });
  return {
    from: Uint32Array.from(picked.from),
    to: Uint32Array.from(picked.to),
    weight: Float32Array.from(picked.weight),
  };
}

/**
 * What is watched soon after a title weighs so many times what the strongest hundredth of edges does, where nothing else ever
 * is: chosen on MovieLens, and in proportion, since models differ in how much their edges weigh.
 */
const NEXT_WEIGHT = 34;

/**
 * Edges with what is watched soon after their starts, which is another edge where the titles are not alike. Of a title with
 * more than `limit` edges then, the weakest of those that are alike are left out.
 *
 * @param edges tidy, in any order.
 * @param following tidy; weights in (0, 1).
 */
export function withFollowing(
  edges: Edges,
  following: Edges,
  titles: number,
  limit = MAX_OUTGOING,
): Omit<Required<SimilarEdges>, "titles"> {
  const scale = NEXT_WEIGHT * quantile(edges.weight, 0.99);
  const [first, more] = [edges.from.length, following.from.length];
  const all = joinEdges(edges, { ...following, weight: new Float32Array(more) });
  const next = new Float32Array(first + more);
  following.weight.forEach((weight, edge) => (next[first + edge] = weight * scale));
  const { order, starts } = groupByStart(all.from, titles);
  const lastTo = new Int32Array(titles).fill(-1);
  const kept = new Uint32Array(order.length);
  let count = 0;
  for (let title = 0; title < titles; title++) {
    const own = order.subarray(starts[title], starts[title + 1]);
    const soon = own.findIndex((edge) => edge >= first);
    const alike = soon < 0 ? own : own.subarray(0, soon);
    for (const edge of alike) lastTo[all.to[edge]!] = edge;
    const others = own.subarray(alike.length).filter((edge) => {
      const same = lastTo[all.to[edge]!]!;
      const isKnown = all.from[same] === title;
      if (isKnown) next[same] = next[edge]!;
      return !isKnown;
    });
    for (const some of [strongest(all, alike, limit - others.length), others]) {
      kept.set(some, count);
      count += some.length;
    }
  }
  const which = kept.subarray(0, count);
  return { ...pick(all, which), next: valuesAt(next, which) };
}

/** Two lists of edges one behind the other. */
export function joinEdges(first: Edges, second: Edges): Edges {
  const length = first.from.length;
  const joined = {
    from: new Uint32Array(length + second.from.length),
    to: new Uint32Array(length + second.from.length),
    weight: new Float32Array(length + second.from.length),
  };
  for (const column of ["from", "to", "weight"] as const) {
    joined[column].set(first[column]);
    joined[column].set(second[column], length);
  }
  return joined;
}

/** The strongest of a title's edges: all where they are no more than `limit`, else sorted, in place. */
function strongest(edges: Edges, own: Uint32Array, limit: number): Uint32Array {
  return own.length <= limit ? own : own.sort(strongerFirst(edges)).subarray(0, limit);
}

function strongerFirst(edges: Edges) {
  return (a: number, b: number): number => edges.weight[b]! - edges.weight[a]! || edges.to[a]! - edges.to[b]!;
}

function pick(edges: Edges, positions: Uint32Array): Edges {
  return {
    from: positions.map((edge) => edges.from[edge]!),
    to: positions.map((edge) => edges.to[edge]!),
    weight: valuesAt(edges.weight, positions),
  };
}

function valuesAt(values: Float32Array, positions: Uint32Array): Float32Array {
  const found = new Float32Array(positions.length);
  positions.forEach((position, at) => (found[at] = values[position]!));
  return found;
}

function countOf(titles: Uint32Array, length: number): Uint32Array {
  const counts = new Uint32Array(length);
  for (const title of titles) counts[title]! += 1;
  return counts;
}

/** The weight under which a part of the edges lies; 1 where there are none. */
function quantile(weights: Float32Array, part: number): number {
  return weights.length === 0 ? 1 : weights.slice().sort()[Math.floor(weights.length * part)]!;
}
