import { describe, expect, it } from "vitest";

import { attractionOf, LOOKED_AT, WEIGHTS } from "../../packages/click-model/index.js";
import { createRandom } from "../../scripts/random.js";

/** Somebody who looks at a place with the chance that it has, and opens what attracts them; `rounds` of them. */
function opened(attraction: number, place: number, rounds: number, seed: number) {
  const { chance } = createRandom(seed);
  let clicks = 0;
  for (let n = 0; n < rounds; n++) if (chance(1 / place) && chance(attraction)) clicks += 1;
  return { clicks, openings: { shown: rounds, weight: clicks * WEIGHTS[place - 1]! } };
}

describe("what attracts", () => {
  it.each([1, 2, 3, 5, 8, LOOKED_AT])("is found at place %i as it is at any other", (place) => {
    const { openings } = opened(0.4, place, 20_000, place);
    expect(attractionOf(openings)).toBeCloseTo(0.4, 1);
  });

  it("is put in its order where the openings alone have it the other way round", () => {
    const dull = opened(0.3, 1, 5_000, 1);
    const good = opened(0.6, 4, 5_000, 2);
    expect(dull.clicks).toBeGreaterThan(good.clicks);
    expect(attractionOf(good.openings)).toBeGreaterThan(attractionOf(dull.openings));
  });

  it("is doubted where few have seen it, and is no more than certain", () => {
    const few = attractionOf({ shown: 5, weight: 5 });
    const many = attractionOf({ shown: 500, weight: 500 });
    expect(few).toBeLessThan(0.5);
    expect(many).toBeGreaterThan(0.95);
    expect(attractionOf({ shown: 5, weight: 5 * LOOKED_AT })).toBe(1);
    expect(attractionOf({ shown: 0, weight: 0 })).toBe(0);
  });
});
