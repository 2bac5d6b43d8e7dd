import { type SimilarEdges } from "./recommendations.js";

/**
 * Edge positions ordered by start, so that a title's edges lie together. Checks every edge on the way.
 * Counting sort: time and memory linear in edges and titles.
 *
 * @throws RangeError when the columns differ in length, name a title that is not in `titles`, hold a weight that is
 * not above 0, or hold a pair twice.
 */
export function byStart(edges: SimilarEdges): Uint32Array {
  const { titles, from, to, weight } = edges;
  if (from.length !== to.length || from.length !== weight.length) {
    throw new RangeError(
      `from, to and weight must be of one length, found ${from.length}, ${to.length}, ${weight.length}`,
    );
  }
  const next = new Uint32Array(titles.length + 1);
  for (let edge = 0; edge < from.length; edge++) {
    checkEdge(edges, edge);
    next[from[edge]! + 1]! += 1;
  }
  for (let title = 0; title < titles.length; title++) next[title + 1]! += next[title]!;
  const order = new Uint32Array(from.length);
  for (let edge = 0; edge < from.length; edge++) order[next[from[edge]!]!++] = edge;
  checkDistinct(edges, order);
  return order;
}

function checkEdge({ titles, from, to, weight }: SimilarEdges, edge: number): void {
  if (from[edge]! >= titles.length || to[edge]! >= titles.length) {
    throw new RangeError(`edge ${edge} names a title beyond the ${titles.length} given`);
  }
  if (!(weight[edge]! > 0 && weight[edge]! < Infinity)) {
    throw new RangeError(`weight ${edge} must be a finite number above 0, found ${weight[edge]}`);
  }
}

function checkDistinct({ titles, from, to }: SimilarEdges, order: Uint32Array): void {
  const lastStart = new Int32Array(titles.length).fill(-1);
  for (const edge of order) {
    if (lastStart[to[edge]!] === from[edge]!) {
      throw new RangeError(`the edge from ${titles[from[edge]!]} to ${titles[to[edge]!]} is given twice`);
    }
    lastStart[to[edge]!] = from[edge]!;
  }
}
