import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { learnedOrder, liftOf, type Placed } from "../../datasources/search/learned-order.js";

/** Hits as engines answer them, best first. */
const hits = fc
  .array(
    fc.record({
      score: fc.integer({ min: 1, max: 60 }),
      fixed: fc.boolean(),
      attraction: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
    {
      maxLength: 20,
    },
  )
  .map((drawn) => drawn.sort((a, b) => b.score - a.score).map((hit, at) => ({ ...hit, id: `t${at}` })));

const factorsOf = (of: readonly { id: string; attraction: number }[]) =>
  Object.fromEntries(of.map(({ id, attraction }) => [id, liftOf(attraction)]));
const hit = (id: string, score: number, fixed = false): Placed => ({ id, score, fixed });
const shown = (of: readonly Placed[], factors: Record<string, number>) =>
  learnedOrder(of, factors).map((at) => of[at]!.id);

describe("the order that was learned", () => {
  it("has every hit once, and leaves what is fixed where it is, with the same hits above it", () => {
    fc.assert(
      fc.property(hits, (drawn) => {
        const order = learnedOrder(drawn, factorsOf(drawn));
        expect([...order].sort((a, b) => a - b)).toEqual(drawn.map((_, at) => at));
        drawn.forEach(({ fixed }, at) => {
          if (!fixed) return;
          expect(order[at]).toBe(at);
          expect([...order.slice(0, at)].sort((a, b) => a - b)).toEqual(drawn.slice(0, at).map((_, n) => n));
        });
      }),
    );
  });

  it("lifts a title past none that is half as good again", () => {
    fc.assert(
      fc.property(hits, (drawn) => {
        const order = learnedOrder(drawn, factorsOf(drawn));
        order.forEach((later, place) => {
          for (const sooner of order.slice(0, place))
            expect(drawn[later]!.score).toBeLessThanOrEqual(1.5 * drawn[sooner]!.score);
        });
      }),
    );
  });

  it("is the one that hits came in where nothing was learned of them", () => {
    fc.assert(
      fc.property(hits, (drawn) => {
        expect(learnedOrder(drawn, {})).toEqual(drawn.map((_, at) => at));
        expect(learnedOrder(drawn, { toString: 2, t99: 1.5 })).toEqual(drawn.map((_, at) => at));
      }),
    );
  });

  it("has what attracts most first, behind what is called so", () => {
    const found = [hit("called", 0.9, true), hit("one", 0.8), hit("two", 0.7), hit("three", 0.5)];
    expect(shown(found, { two: 1.4, called: 1 })).toEqual(["called", "two", "one", "three"]);
    expect(shown(found, { three: 1.5, two: 1.2 })).toEqual(["called", "two", "one", "three"]);
    expect(shown([hit("one", 0.8), hit("placed", 0.1, true), hit("two", 0.7)], { two: 1.5 })).toEqual([
      "one",
      "placed",
      "two",
    ]);
  });
});
