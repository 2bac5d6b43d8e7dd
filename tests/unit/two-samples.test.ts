import { describe, expect, it } from "vitest";

import { compare } from "../../bench/tenants/two-samples.js";
import { Random } from "../../seeds/random.js";

describe("two samples", () => {
  it("that are one another's equals are not told apart", () => {
    const values = Array.from({ length: 100 }, (_, n) => n);
    const { auc, low, high, p } = compare(values, values);
    expect(auc).toBe(0.5);
    expect(p).toBeCloseTo(1, 6);
    expect([low, high].map((bound) => Math.abs(bound - 0.5))).toEqual([
      expect.closeTo(0.08, 2),
      expect.closeTo(0.08, 2),
    ]);
  });

  it("of which one is above the other are, and which is", () => {
    expect(compare([4, 5, 6], [1, 2, 3]).auc).toBe(1);
    expect(compare([1, 2, 3], [4, 5, 6]).auc).toBe(0);
    expect(compare([1, 2], [2, 3]).auc).toBe(0.125);
  });

  it("that differ by a tenth of what they scatter are told apart by many, as tables of the normal distribution say", () => {
    const random = new Random(1);
    const [one, other]: [number[], number[]] = [[], []];
    for (let n = 0; n < 2_000; n += 1) {
      one.push(random.next() + 0.1);
      other.push(random.next());
    }
    expect(compare(one, other).p).toBeLessThan(1e-6);
    expect(compare([1, 2, 3, 4, 5, 6, 7, 8, 9, 20], [10, 11, 12, 13, 14, 15, 16, 17, 18, 19]).p).toBeCloseTo(
      0.002497,
      5,
    );
  });
});
