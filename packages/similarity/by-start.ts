/** Edge positions by start, in their order within one: those of title `t` are `order[starts[t] … starts[t + 1] - 1]`. */
export interface ByStart {
  order: Uint32Array;
  starts: Uint32Array;
}

/**
 * Orders edges by their starts. Counting sort: time and memory linear in edges and titles.
 *
 * @param from where each edge starts, below `titles`.
 */
export function groupByStart(from: Uint32Array, titles: number): ByStart {
  const starts = new Uint32Array(titles + 1);
  for (let edge = 0; edge < from.length; edge++) starts[from[edge]! + 1]! += 1;
  for (let title = 0; title < titles; title++) starts[title + 1]! += starts[title]!;
  const next = starts.slice();
  const order = new Uint32Array(from.length);
  for (let edge = 0; edge < from.length; edge++) order[next[from[edge]!]!++] = edge;
  return { order, starts };
}
