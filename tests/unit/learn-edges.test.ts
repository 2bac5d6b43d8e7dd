import { expect, it } from "vitest";

import {
  contentEdges,
  ENOUGH_EDGES,
  joinEdges,
  tidyEdges,
  withFollowing,
} from "../../src/jobs/learn-edges.js";
import { type Edges } from "../../packages/similarity/learn-similarities.js";

function edgesOf(rows: [from: number, to: number, weight: number][]): Edges {
  return {
    from: Uint32Array.from(rows, ([from]) => from),
    to: Uint32Array.from(rows, ([, to]) => to),
    weight: Float32Array.from(rows, ([, , weight]) => weight),
  };
}

function rowsOf({ from, to, weight }: Edges): [number, number, number][] {
  return Array.from(from, (title, edge) => [title, to[edge]!, weight[edge]!]);
}

it("keeps the first of a repeated pair and the strongest of a title's edges, lower index first", () => {
  const edges = edgesOf([
    [2, 0, 0.25],
    [0, 3, 0.5],
    [0, 1, 0.5],
    [0, 2, 0.75],
    [0, 2, 9],
    [2, 1, 0.125],
  ]);
  expect(rowsOf(tidyEdges(edges, 4, 2))).toEqual([
    [0, 2, 0.75],
    [0, 1, 0.5],
    [2, 0, 0.25],
    [2, 1, 0.125],
  ]);
});

it("leaves an empty list empty", () => {
  expect(rowsOf(tidyEdges(edgesOf([]), 3))).toEqual([]);
  expect(rowsOf(contentEdges(edgesOf([]), edgesOf([]), 3))).toEqual([]);
});

it("fills up both directions of a title without learned edges, at full weight where nothing was learned", () => {
  const added = contentEdges(edgesOf([]), edgesOf([[1, 0, 0.5]]), 2);
  expect(rowsOf(added)).toEqual([
    [1, 0, 0.5],
    [0, 1, 0.5],
  ]);
});

it("fills up only the direction that is short, behind the stronger three quarters of learned edges", () => {
  const enough = Array.from({ length: ENOUGH_EDGES }, (_, index): [number, number, number] => [
    index + 1,
    0,
    index + 1,
  ]);
  const added = contentEdges(edgesOf(enough), edgesOf([[20, 0, 0.5]]), 21);
  const lowerQuartile = 3;
  expect(rowsOf(added)).toEqual([[0, 20, 0.5 * lowerQuartile]]);
});

it("stops filling up at enough", () => {
  const near = Array.from({ length: 30 }, (_, index): [number, number, number] => [index + 1, 0, 1]);
  const added = contentEdges(edgesOf([]), edgesOf(near), 31);
  expect(added.from.filter((title) => title === 0)).toHaveLength(ENOUGH_EDGES);
  expect(added.to.filter((title) => title === 0)).toHaveLength(ENOUGH_EDGES);
});

it("joins lists in order", () => {
  expect(rowsOf(joinEdges(edgesOf([[0, 1, 1]]), edgesOf([[1, 0, 2]])))).toEqual([
    [0, 1, 1],
    [1, 0, 2],
  ]);
});

it("adds what follows to the edges there are, and as others in the place of a title's weakest", () => {
  const edges = edgesOf([
    [0, 1, 0.5],
    [0, 2, 0.25],
    [0, 3, 0.125],
    [1, 0, 0.5],
  ]);
  const following = edgesOf([
    [0, 2, 0.5],
    [0, 4, 0.25],
    [2, 0, 0.125],
  ]);
  const scale = 34 * 0.5;
  const both = withFollowing(edges, following, 5, 3);
  expect(rowsOf(both).map((row, at) => [...row, both.next[at]])).toEqual([
    [0, 1, 0.5, 0],
    [0, 2, 0.25, 0.5 * scale],
    [0, 4, 0, 0.25 * scale],
    [1, 0, 0.5, 0],
    [2, 0, 0, 0.125 * scale],
  ]);
});
