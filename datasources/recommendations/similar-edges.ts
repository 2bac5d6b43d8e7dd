import { groupByStart, type ByStart } from "../../packages/similarity/index.js";
import { type SimilarEdges } from "./recommendations.js";

/**
 * Edges by start, so that a title's lie together. Checks every edge on the way; time and memory linear in edges and titles.
 *
 * @throws RangeError when the columns differ in length, name a title that is not in `titles`, hold a number that is not 0
 * or above or an edge without one above 0, or hold a pair twice.
 */
export function byStart(edges: SimilarEdges): ByStart {
  const { titles, from, to, weight } = edges;
  const lengths = [from, to, weight, edges.next ?? weight].map(({ length }) => length);
  if (new Set(lengths).size > 1)
    throw new RangeError(`from, to, weight and next must be of one length, found ${lengths.join(", ")}`);
  for (let edge = 0; edge < from.length; edge++) checkEdge(edges, edge);
  const grouped = groupByStart(from, titles.length);
  checkDistinct(edges, grouped.order);
  return grouped;
}

function checkEdge({ titles, from, to, weight, next }: SimilarEdges, edge: number): void {
  if (from[edge]! >= titles.length || to[edge]! >= titles.length) {
    throw new RangeError(`edge ${edge} names a title beyond the ${titles.length} given`);
  }
  const soon = next?.[edge] ?? 0;
  if (!(soon >= 0 && soon < Infinity)) {
    throw new RangeError(`next ${edge} must be a finite number, 0 or above, found ${soon}`);
  }
  const isAlike = weight[edge]! > 0 || (weight[edge] === 0 && soon > 0);
  if (!(isAlike && weight[edge]! < Infinity)) {
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
