import { describe, expect, it } from "vitest";

import { MAX_DAY_SECONDS, MAX_TITLES } from "../../datasources/core/insight-rules.js";
import {
  accountOf,
  INSIGHT_BUDGET,
  isMonday,
  latestClosed,
  type NoisyTitle,
} from "../../datasources/insights/insights.js";
import {
  noiseOf,
  noisyTitles,
  type ExactCount,
  type NoiseTerms,
} from "../../datasources/insights/noisy-titles.js";
import { readConfig } from "../../src/config.js";
import { Random } from "../../seeds/random.js";
import { tellingOutcomes } from "../support/statistics.js";

/** What one profile adds at most to a period of a day: as many titles as count, with all the time of a day. */
const OWN = { completed: 1, seconds: MAX_DAY_SECONDS / MAX_TITLES };
const TERMS: NoiseTerms = { epsilon: 500, days: 1 };
const EPSILON = 0.5;

const countsOf = (completed: number, titles = MAX_TITLES): ExactCount[] =>
  Array.from({ length: titles }, (_, n) => ({
    titleId: `t${n}`,
    left: 500,
    stayed: 500,
    completed,
    seconds: 1_000_000,
  }));
const withOne = (counts: readonly ExactCount[]): ExactCount[] =>
  counts.map((count) => ({
    ...count,
    completed: count.completed + OWN.completed,
    seconds: count.seconds + OWN.seconds,
  }));

/** What came out of many releases of the same counts, each as a bucket says it. */
async function released(
  counts: readonly ExactCount[],
  terms: NoiseTerms,
  bucket: (titles: readonly NoisyTitle[]) => string,
  times: number,
): Promise<string[]> {
  const random = new Random("insights", terms.epsilon, JSON.stringify(counts));
  const outcomes: string[] = [];
  for (let n = 0; n < times; n += 1)
    outcomes.push(bucket(await noisyTitles(counts, terms, (below) => random.below(below))));
  return outcomes;
}

/** How many figures are at least those with the profile: what tells most of whether it is there. */
const asIfThere = (titles: readonly NoisyTitle[]) => {
  const [there] = withOne(countsOf(500));
  const completions = titles.filter((title) => title.completions >= there!.completed).length;
  const times = titles.filter(({ watchedSeconds }) => watchedSeconds >= there!.seconds).length;
  return String(completions + times);
};
const RELEASES = 20_000;

describe("a release", () => {
  it("comes out at most e^ε times as often with a profile as without it", async () => {
    const without = countsOf(500);
    const [one, other] = [
      await released(withOne(without), TERMS, asIfThere, RELEASES),
      await released(without, TERMS, asIfThere, RELEASES),
    ];
    expect(new Set(one).size).toBe(2 * MAX_TITLES + 1);
    expect(tellingOutcomes(one, other, EPSILON)).toEqual([]);
  });

  it("would be found out with a quarter of its noise", async () => {
    const terms = { ...TERMS, epsilon: 4 * TERMS.epsilon };
    const without = countsOf(500);
    const [one, other] = [
      await released(withOne(without), terms, asIfThere, RELEASES),
      await released(without, terms, asIfThere, RELEASES),
    ];
    expect(tellingOutcomes(one, other, EPSILON)).not.toEqual([]);
  });

  it("nor does which titles are listed tell more", async () => {
    const { leastViewers } = noiseOf(TERMS);
    const few = countsOf(0).map((count) => ({ ...count, left: leastViewers - 1, stayed: 0, seconds: 0 }));
    const listed = (titles: readonly NoisyTitle[]) =>
      titles
        .map(({ titleId }) => titleId)
        .sort()
        .join();
    const [one, other] = [
      await released(withOne(few), TERMS, listed, RELEASES),
      await released(few, TERMS, listed, RELEASES),
    ];
    expect(new Set(one).size).toBe(2 ** MAX_TITLES);
    expect(tellingOutcomes(one, other, EPSILON)).toEqual([]);
  });

  it("leaves small counts out, noise included, and nearly all titles without a viewer", async () => {
    const none = countsOf(0, 2_000).map((count) => ({ ...count, left: 0, stayed: 0, seconds: 0 }));
    const { leastViewers, viewersNoise } = noiseOf({ epsilon: 1_000, days: 28 });
    expect(leastViewers).toBe(Math.ceil(4 * viewersNoise));
    const random = new Random("none");
    const titles = await noisyTitles(none, { epsilon: 1_000, days: 28 }, (below) => random.below(below));
    // One in 1,900 by the tail of the sum of three Laplace distributions.
    expect(titles.length).toBeLessThan(10);
    for (const { viewers } of titles) expect(viewers).toBeGreaterThanOrEqual(leastViewers);
    expect(noiseOf({ epsilon: 1_000_000, days: 28 }).leastViewers).toBe(20);
  });

  it("says how exact it is, and figures that go together", async () => {
    const { viewersNoise, secondsNoise } = noiseOf({ epsilon: 1_000, days: 28 });
    // Scales of 10 and of 112 hours; the deviation is the root of two times that, and of three groups.
    expect(viewersNoise).toBeCloseTo(Math.sqrt(6) * 10, 1);
    expect(secondsNoise / 3_600).toBeCloseTo(Math.SQRT2 * 112, 1);
    const random = new Random("together");
    const counts = countsOf(1).map((count) => ({ ...count, left: 200, stayed: 1, seconds: 1 }));
    for (let n = 0; n < 200; n += 1)
      for (const title of await noisyTitles(counts, { epsilon: 1_000, days: 28 }, (below) =>
        random.below(below),
      )) {
        expect(title.stayed).toBeLessThanOrEqual(title.viewers);
        expect(title.completions).toBeLessThanOrEqual(title.stayed);
        expect(Math.min(title.completions, title.watchedSeconds)).toBeGreaterThanOrEqual(0);
      }
  });
});

describe("a period", () => {
  it.each([
    ["2026-03-01T23:59:59Z", "2026-02-23"],
    ["2026-03-03T23:59:59Z", "2026-02-23"],
    ["2026-03-04T00:00:00Z", "2026-03-02"],
    ["2026-03-10T12:00:00Z", "2026-03-02"],
    ["2026-03-11T00:00:00Z", "2026-03-09"],
  ])("that is asked about at %s ends before %s, two days ago or more", (now, until) => {
    expect(latestClosed(new Date(now))).toBe(until);
    expect(isMonday(until)).toBe(true);
  });

  it("ends on a Monday, also before 1970", () => {
    expect(isMonday("1969-12-29")).toBe(true);
    expect(isMonday("2026-03-03")).toBe(false);
  });
});

describe("a budget", () => {
  const release = (epsilon: number, day: number) => ({
    epsilon,
    releasedAt: `2026-01-0${day}T00:00:00.000000Z`,
  });
  const budget = { perRelease: 1_000, total: 2_500, days: 90 };

  it("adds up in thousandths, and says when there is enough again", () => {
    expect(accountOf([], budget)).toEqual({ spent: 0, moreAt: null });
    expect(accountOf([release(1_000, 1)], budget)).toEqual({ spent: 1_000, moreAt: null });
    expect(accountOf([release(1_000, 1), release(1_000, 2)], budget)).toEqual({
      spent: 2_000,
      moreAt: "2026-04-01T00:00:00.000Z",
    });
    const many = [release(300, 1), release(300, 2), release(1_900, 3)];
    expect(accountOf(many, budget)).toEqual({ spent: 2_500, moreAt: "2026-04-03T00:00:00.000Z" });
    const tenths = Array.from({ length: 10 }, () => release(100, 1));
    expect(accountOf(tenths, { ...budget, perRelease: 100, total: 1_000 }).spent).toBe(1_000);
  });

  it("is set in decimals, and has to pay for a release", () => {
    const set = (epsilon: string, total = "13") =>
      readConfig({ MARQUEE_INSIGHTS_EPSILON: epsilon, MARQUEE_INSIGHTS_BUDGET: total }).privacy.insights;
    expect(readConfig({}).privacy.insights).toEqual(INSIGHT_BUDGET);
    expect(set("0.29", "0.58")).toEqual({ perRelease: 290, total: 580, days: 90 });
    for (const wrong of ["0", "-1", "1e3", "0.0001", "1000.001", "one"])
      expect(() => set(wrong, "1000"), wrong).toThrow(
        /MARQUEE_INSIGHTS_EPSILON: .* is not a number above 0 and up to 1000, with at most three decimals/,
      );
    expect(() => set("2", "1.999")).toThrow(
      /MARQUEE_INSIGHTS_BUDGET: "1.999": is less than MARQUEE_INSIGHTS_EPSILON/,
    );
  });

  it("pays for a release a week, unless somebody says", () => {
    expect((INSIGHT_BUDGET.total / INSIGHT_BUDGET.perRelease) * 7).toBeGreaterThanOrEqual(
      INSIGHT_BUDGET.days,
    );
  });
});
