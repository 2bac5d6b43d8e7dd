import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { teamDraft, type Team } from "../../packages/interleaving/index.js";
import { createRandom } from "../../scripts/random.js";

const coins = (seed: number) => {
  const { chance } = createRandom(seed);
  return () => chance(0.5);
};
const items = fc.uniqueArray(fc.integer({ min: 0, max: 30 }), { maxLength: 12 });

/** The rounds as they are described: both lists looked through from the top each time. */
function byTheBook(a: readonly number[], b: readonly number[], coin: () => boolean): [number, Team][] {
  const list: [number, Team][] = [];
  const best = (of: readonly number[]) => of.find((item) => !list.some(([other]) => other === item));
  while (best(a) !== undefined || best(b) !== undefined) {
    for (const team of coin() ? (["A", "B"] as const) : (["B", "A"] as const)) {
      const item = best(team === "A" ? a : b);
      if (item !== undefined) list.push([item, team]);
    }
  }
  return list;
}

describe("a team draft", () => {
  it("is what its rounds make of it, whichever rankings there are", () => {
    fc.assert(
      fc.property(items, items, fc.nat(), (a, b, seed) => {
        const drafted = teamDraft(a, b, coins(seed)).map(({ item, team }) => [item, team]);
        expect(drafted).toEqual(byTheBook(a, b, coins(seed)));
        expect(new Set(drafted.map(([item]) => item))).toEqual(new Set([...a, ...b]));
      }),
    );
  });

  it("is as long as it may be", () => {
    expect(teamDraft([1, 2, 3], [3, 2, 1], () => true, 2)).toEqual([
      { item: 1, team: "A" },
      { item: 3, team: "B" },
    ]);
    expect(teamDraft([1, 2, 3], [3, 2, 1], () => false, 1)).toEqual([{ item: 3, team: "B" }]);
    expect(teamDraft([], [], () => true)).toEqual([]);
  });

  it("gives neither ranking an edge with somebody who chooses by places alone", () => {
    const coin = coins(3);
    const firsts = Array.from({ length: 4_000 }, () => teamDraft([1, 2, 3, 4], [4, 3, 2, 1], coin)[0]!.team);
    const share = firsts.filter((team) => team === "A").length / firsts.length;
    // Five standard deviations of a fair coin.
    expect(Math.abs(share - 0.5)).toBeLessThan((5 * 0.5) / Math.sqrt(firsts.length));
  });

  it("has the ranking win that puts first what is chosen", () => {
    const coin = coins(4);
    const wins = { A: 0, B: 0 };
    for (let n = 0; n < 2_000; n++) {
      const drafted = teamDraft([1, 2, 3, 4, 5], [5, 4, 3, 2, 1], coin);
      // They look at the first two places, and want 1.
      const chosen = drafted.slice(0, 2).find(({ item }) => item === 1);
      if (chosen) wins[chosen.team] += 1;
    }
    expect(wins.A).toBe(2_000);
    expect(wins.B).toBe(0);
  });
});
