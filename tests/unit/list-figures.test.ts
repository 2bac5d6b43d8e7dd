import { describe, expect, it } from "vitest";

import { learnSimilarities, rankDense } from "../../packages/similarity/index.js";
import { figuresOf } from "../../src/jobs/list-figures.js";
import { byPaths, byPopularity } from "../../src/jobs/other-rankings.js";
import { interactions, list, randomProfiles } from "./similarity-support.js";

const known = {
  offered: 8,
  profiles: 8,
  viewersOf: (title: string) => ({ a: 4, b: 2, c: 1 })[title] ?? 0,
  genresOf: (title: string) => new Set({ a: ["x", "y"], b: ["y", "z"], c: ["z"] }[title]),
};

describe("figures of lists", () => {
  it("are means over profiles, with the normal interval of a mean", () => {
    const lists = [
      { list: ["a", "b"], held: new Set(["b", "q"]) },
      { list: ["c", "a"], held: new Set(["c"]) },
    ];
    const { recall, ndcg, novelty, diversity, coverage } = figuresOf(lists, known);
    // 0.5 and 1: a standard deviation of √0.125, a standard error of 0.25.
    expect(recall.value).toBeCloseTo(0.75, 10);
    expect(recall.high).toBeCloseTo(0.75 + 0.25 * 1.959964, 10);
    expect(ndcg.value).toBeCloseTo((1 / Math.log2(3) / (1 + 1 / Math.log2(3)) + 1) / 2, 10);
    // Bits: of a one, of b two, of c three.
    expect(novelty.value).toBeCloseTo((1.5 + 2) / 2, 10);
    expect(diversity.value).toBeCloseTo((2 / 3 + 1) / 2, 10);
    expect(coverage.value).toBeCloseTo(3 / 8, 10);
    // Either without the other shows two.
    expect([coverage.low, coverage.high]).toEqual([coverage.value, coverage.value]);
  });
});

describe("other rankings", () => {
  const input = interactions(6, [
    [0, 1, 2],
    [0, 1, 3],
    [1, 2, 3],
    [3, 4],
  ]);
  it("go by viewers, or by paths over other profiles, without what is known", () => {
    const history = Uint32Array.of(0, 1);
    expect([...byPopularity(input)(history, 0)]).toEqual([3, 2, 4]);
    // 2: two paths over the first, one over the third; 3: the same; 4: none.
    expect([...byPaths(input)(history, 0)]).toEqual([2, 3]);
    expect([...byPaths(input)(Uint32Array.of(4), 0)]).toEqual([3]);
  });

  it("are those of EASE's edges, where these are all there are", async () => {
    const items = 12;
    const profiles = randomProfiles(80, items, 0.4, 3);
    const sample = interactions(items, profiles);
    const lists = await rankDense(sample, [Uint32Array.of(2), Uint32Array.of(2, 5)], { limit: items });
    // Of one title, the best are where its strongest edges lead.
    const { edges } = await learnSimilarities(sample, { model: "EASE", maxEdges: items });
    const strongest = list(edges).filter(([from]) => from === 2);
    strongest.sort(([, , one], [, , other]) => other - one);
    expect(lists[0]![0]).toBe(strongest[0]![1]);
    expect([...lists[1]!]).not.toContain(5);
    expect([...lists[1]!]).not.toContain(2);
  });
});
