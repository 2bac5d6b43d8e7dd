import { expect, it } from "vitest";

import { computeFollowing } from "../../packages/similarity/following.js";
import { learnSimilarities } from "../../packages/similarity/index.js";
import { createRandom } from "../../scripts/random.js";
import { interactions } from "./similarity-support.js";

/** Profiles as the titles that they watched, in order, as the learner takes them. */
function watched(items: number, sequences: readonly (readonly number[])[]) {
  const input = interactions(
    items,
    sequences.map((titles) => [...titles].sort((a, b) => a - b)),
  );
  const at = sequences.flatMap((titles) =>
    [...titles].sort((a, b) => a - b).map((title) => 1_000 + titles.indexOf(title)),
  );
  return { ...input, at: Uint32Array.from(at) };
}

/** What followed what, by the book: pair by pair. */
function byTheBook(items: number, sequences: readonly (readonly number[])[], limit: number) {
  const counts = Array.from({ length: items }, () => new Array<number>(items).fill(0));
  const profiles = Array.from({ length: items }, () => new Array<number>(items).fill(0));
  for (const titles of sequences)
    titles.forEach((from, at) =>
      titles.slice(at + 1, at + 4).forEach((to, behind) => {
        counts[from]![to]! += 0.7 ** behind;
        profiles[from]![to]! += 1;
      }),
    );
  const sum = (list: number[]) => list.reduce((total, each) => total + each, 0);
  return counts.flatMap((row, from) =>
    row
      .map((count, to) => {
        const cosine = Math.sqrt(sum(row) * sum(counts.map((other) => other[to]!)));
        return { from, to, weight: count / (cosine + 2), profiles: profiles[from]![to]! };
      })
      .filter((edge) => edge.profiles >= 2)
      .sort((a, b) => b.weight - a.weight || a.to - b.to)
      .slice(0, limit)
      .map(({ to, weight }) => [from, to, weight]),
  );
}

it("finds what is watched soon after each title, strongest first, as many as are asked for", () => {
  const { below } = createRandom(3);
  const items = 14;
  const sequences = Array.from({ length: 60 }, () => [
    ...new Set(Array.from({ length: 1 + below(9) }, () => below(items))),
  ]);
  for (const limit of [3, items]) {
    const { from, to, weight } = computeFollowing(watched(items, sequences), limit);
    const expected = byTheBook(items, sequences, limit);
    expect(from).toHaveLength(expected.length);
    expected.forEach(([start, end, value], at) => {
      expect([from[at], to[at]]).toEqual([start, end]);
      expect(weight[at]).toBeCloseTo(value!, 6);
    });
  }
});

it("goes by when things were watched, not by how they are numbered", () => {
  const { from, to } = computeFollowing(watched(3, [[2, 0], [2, 0], [1]]), 5);
  expect([[...from], [...to]]).toEqual([[2], [0]]);
});

it("learns nothing from what one profile alone has done, nor where it is not known when", async () => {
  expect(
    computeFollowing(
      watched(3, [
        [0, 1],
        [1, 2],
      ]),
      5,
    ).from,
  ).toHaveLength(0);
  const input = watched(3, [
    [0, 1],
    [0, 1],
    [0, 1],
  ]);
  expect((await learnSimilarities({ ...input, at: undefined })).following.from).toHaveLength(0);
});

it("refuses instants that are not one a watch", async () => {
  const input = { ...watched(2, [[0, 1]]), at: Uint32Array.of(1) };
  await expect(learnSimilarities(input)).rejects.toThrow("at must hold 2 instants, found 1");
});
