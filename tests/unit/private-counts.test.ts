import { describe, expect, it } from "vitest";

import { discreteLaplace, laplaceDeviation, type LaplaceScale } from "../../packages/private-counts/index.js";
import { Random } from "../../seeds/random.js";
import { bounds, chiSquaredTail, counted } from "../support/statistics.js";

const DRAWS = 100_000;
/** How often a true distribution may be taken for another one. */
const FALSE_ALARM = 1e-6;

/** Draws from a seed, so that a test that passes always does. */
function draws(scale: LaplaceScale): number[] {
  const random = new Random("private counts", scale.s, scale.t);
  return Array.from({ length: DRAWS }, () => discreteLaplace(scale, (below) => random.below(below)));
}

/** The probability of k, from its definition. */
function probability(k: number, { s, t }: LaplaceScale): number {
  const q = Math.exp(-s / t);
  return ((1 - q) / (1 + q)) * q ** Math.abs(k);
}

/** How likely numbers are to lie as far from a distribution by chance: Pearson's test; what is expected less than 20 times is taken together. */
function likeness(numbers: readonly number[], scale: LaplaceScale): number {
  const often = counted(numbers);
  const values = [...Array(2_001).keys()].map((n) => n - 1_000);
  const bins = values
    .map((k) => ({ seen: often.get(k) ?? 0, expected: probability(k, scale) * numbers.length }))
    .filter(({ expected }) => expected >= 20);
  const sum = (of: "seen" | "expected") => bins.reduce((total, bin) => total + bin[of], 0);
  bins.push({ seen: numbers.length - sum("seen"), expected: numbers.length - sum("expected") });
  const statistic = bins.reduce(
    (total, { seen, expected }) => total + (seen - expected) ** 2 / Math.max(expected, TINY),
    0,
  );
  return chiSquaredTail(statistic, bins.length - 1);
}
const TINY = 1e-9;

describe("discrete Laplace noise", () => {
  it.each([
    { s: 1, t: 10 },
    { s: 3, t: 7 },
    { s: 5, t: 2 },
    { s: 1_000, t: 10_000 },
  ])("comes by its distribution, at a scale of $t over $s", (scale) => {
    expect(likeness(draws(scale), scale)).toBeGreaterThan(FALSE_ALARM);
  });

  it("would be found out if it came by a distribution that is a little different", () => {
    const numbers = draws({ s: 1, t: 10 });
    expect(likeness(numbers, { s: 21, t: 200 })).toBeLessThan(FALSE_ALARM);
    // Zero as often as if it had two signs.
    const twice = numbers.flatMap((k) => (k === 0 ? [k, k] : [k]));
    expect(likeness(twice, { s: 1, t: 10 })).toBeLessThan(FALSE_ALARM);
  });

  it.each([
    { s: 1, t: 10 },
    { s: 5, t: 2 },
  ])("deviates as much as it says, at a scale of $t over $s", (scale) => {
    const variance = [...Array(2_001).keys()].reduce(
      (sum, n) => sum + (n - 1_000) ** 2 * probability(n - 1_000, scale),
      0,
    );
    expect(laplaceDeviation(scale)).toBeCloseTo(Math.sqrt(variance), 6);
  });

  it("takes its chance from the operating system", () => {
    const all = Array.from({ length: 200 }, () => discreteLaplace({ s: 1, t: 1_000 }));
    expect(new Set(all).size).toBeGreaterThan(50);
  });
});

describe("what tests go by", () => {
  it("has the quantiles of chi-squared that tables have", () => {
    expect(chiSquaredTail(3.841, 1)).toBeCloseTo(0.05, 4);
    expect(chiSquaredTail(18.307, 10)).toBeCloseTo(0.05, 4);
    expect(chiSquaredTail(149.449, 100)).toBeCloseTo(0.001, 5);
  });

  it("has the bounds of Clopper and Pearson, from their definition", () => {
    const { low, high } = bounds(3, 10, 0.025);
    expect(tail(3, 10, low)).toBeCloseTo(0.025, 9);
    expect(1 - tail(4, 10, high)).toBeCloseTo(0.025, 9);
    expect(bounds(0, 100, 0.01)).toMatchObject({ low: 0 });
    expect(bounds(0, 100, 0.01).high).toBeCloseTo(1 - 0.01 ** (1 / 100), 9);
  });
});

/** How likely `hits` or more of `tries` are. */
function tail(hits: number, tries: number, p: number): number {
  let [choose, sum] = [1, 0];
  for (let n = 0; n <= tries; n += 1) {
    if (n >= hits) sum += choose * p ** n * (1 - p) ** (tries - n);
    choose *= (tries - n) / (n + 1);
  }
  return sum;
}
