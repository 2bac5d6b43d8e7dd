import { describe, expect, it } from "vitest";

import { differenceOf, rateOf, type ArmSums } from "../../datasources/experiments/arm-figures.js";
import { assigned, firstGap } from "../../datasources/experiments/assignment.js";
import { PLACES, type RunningExperiment } from "../../datasources/experiments/experiments.js";
import { Random } from "../../seeds/random.js";

const profiles = Array.from({ length: 20_000 }, (_, n) => `profile-${n}`);
const tenant = { id: 7 };

const experiment = (
  id: string,
  percents: number[],
  more: Partial<RunningExperiment> = {},
): RunningExperiment => ({
  id,
  kind: "ARMS",
  exclusionGroup: null,
  firstPlace: 0,
  arms: percents.map((percent, at) => ({
    position: at + 1,
    percent,
    model: null,
    diversity: null,
    ended: false,
  })),
  ...more,
});

const armsOf = (running: RunningExperiment[], of = tenant) =>
  new Map(profiles.map((profile) => [profile, assigned(running, of, profile).arms]));
const shareOf = (arms: Map<string, string[]>, arm: string) =>
  [...arms.values()].filter((each) => each.includes(arm)).length / profiles.length;

describe("arms", () => {
  it("have as many of the profiles as they are to have, always the same, and others in another tenant", () => {
    const running = [experiment("a", [50, 10, 5])];
    const arms = armsOf(running);
    for (const [arm, share] of Object.entries({ "a/1": 0.5, "a/2": 0.1, "a/3": 0.05 }))
      expect(Math.abs(shareOf(arms, arm) - share), arm).toBeLessThan(0.012);
    expect(armsOf(running)).toEqual(arms);
    expect(armsOf(running, { id: 8 })).not.toEqual(arms);
  });

  it("of experiments in different groups are drawn apart", () => {
    const arms = armsOf([experiment("a", [50, 50]), experiment("b", [50, 50])]);
    const both = [...arms.values()].filter((each) => each.includes("a/1") && each.includes("b/1"));
    expect(Math.abs(both.length / profiles.length - 0.25)).toBeLessThan(0.012);
  });

  it("of experiments in one group share no profile", () => {
    const group = { exclusionGroup: "ranking" };
    const arms = armsOf([
      experiment("a", [20, 20], group),
      experiment("b", [30, 30], { ...group, firstPlace: 4_000 }),
    ]);
    expect(Math.max(...[...arms.values()].map((each) => each.length))).toBe(1);
    expect([...arms.values()].every((each) => each.length === 1)).toBe(true);
  });

  it("that were ended are nobody's, and the others keep their profiles", () => {
    const whole = armsOf([experiment("a", [40, 30, 30])]);
    const ended = experiment("a", [40, 30, 30]);
    ended.arms[1]!.ended = true;
    for (const [profile, arms] of armsOf([ended]))
      expect(arms).toEqual(whole.get(profile)!.filter((arm) => arm !== "a/2"));
  });

  it("change what they say, the last begun where several do", () => {
    const [first, last] = [experiment("a", [100]), experiment("b", [100])];
    Object.assign(first.arms[0]!, { model: 3, diversity: 10 });
    Object.assign(last.arms[0]!, { diversity: 50 });
    expect(assigned([first, last], tenant, "one")).toEqual({
      arms: ["a/1", "b/1"],
      model: 3,
      diversity: 50,
      between: null,
    });
  });

  it("are those that make a difference to a list, the control's as the others'", () => {
    const [model, varied, both] = ["a", "b", "c"].map((id) => experiment(id, [50, 50]));
    Object.assign(model!.arms[1]!, { model: 3 });
    Object.assign(varied!.arms[1]!, { diversity: 50 });
    const names = (running: RunningExperiment[], makes: ("model" | "diversity")[]) => {
      const named = profiles.flatMap((profile) => assigned(running, tenant, profile, makes).arms);
      return [...new Set(named)].sort();
    };
    expect(names([model!, varied!], ["model", "diversity"])).toEqual(["a/1", "a/2", "b/1", "b/2"]);
    expect(names([model!, varied!], ["model"])).toEqual(["a/1", "a/2"]);
    expect(names([model!, varied!], ["diversity"])).toEqual(["b/1", "b/2"]);
    expect(names([model!, varied!], [])).toEqual([]);
    // What a later one tries as well is the later one's, in its control too.
    Object.assign(both!.arms[1]!, { model: 4, diversity: 20 });
    expect(names([model!, varied!, both!], ["model", "diversity"])).toEqual(["c/1", "c/2"]);
    const models = profiles.map((profile) => assigned([model!, both!], tenant, profile).model);
    expect([...new Set(models)].sort()).toEqual([4, null]);
  });
});

describe("places of a group", () => {
  it("are given from the first gap that is large enough", () => {
    expect(firstGap([], PLACES)).toBe(0);
    const taken = [
      { firstPlace: 6_000, places: 2_000 },
      { firstPlace: 1_000, places: 3_000 },
    ];
    expect(firstGap(taken, 1_000)).toBe(0);
    expect(firstGap(taken, 2_000)).toBe(4_000);
    expect(firstGap(taken, 2_001)).toBeNull();
    expect(firstGap([{ firstPlace: 0, places: PLACES }], 100)).toBeNull();
  });
});

const sumsOf = (of: { lists: number; done: number }[]): ArmSums => {
  const sum = (value: (each: { lists: number; done: number }) => number) =>
    of.reduce((all, each) => all + value(each), 0);
  return {
    profiles: of.length,
    lists: sum(({ lists }) => lists),
    listsSquared: sum(({ lists }) => lists ** 2),
    done: sum(({ done }) => done),
    doneSquared: sum(({ done }) => done ** 2),
    product: sum(({ lists, done }) => lists * done),
  };
};

describe("figures of an arm", () => {
  it("are those of a mean where every profile has one list", () => {
    const rate = rateOf(sumsOf([0, 1, 1, 2].map((done) => ({ lists: 1, done }))))!;
    // The variance of 0, 1, 1, 2 is 2/3.
    const reach = 1.959964 * Math.sqrt(2 / 3 / 4);
    expect(rate.value).toBe(1);
    expect(rate.high - rate.value).toBeCloseTo(reach, 9);
    expect(rate.value - rate.low).toBeCloseTo(reach, 9);
  });

  it("are certain where every profile does as much a list as the others", () => {
    const rate = rateOf(sumsOf([1, 2, 5].map((lists) => ({ lists, done: lists / 2 }))))!;
    const half = expect.closeTo(0.5, 6) as number;
    expect(rate).toEqual({ value: 0.5, low: half, high: half });
  });

  it("are none before there are lists of two profiles", () => {
    expect(rateOf(sumsOf([{ lists: 3, done: 1 }]))).toBeNull();
    const two = sumsOf([1, 2].map((lists) => ({ lists, done: 1 })));
    expect(differenceOf(two, sumsOf([]))).toBeNull();
    expect(differenceOf(two, two)!.value).toBe(0);
  });

  it("hold the true difference in 95 of 100 draws, though lists of one profile are alike", () => {
    const random = new Random(5);
    const arm = (more: number) =>
      sumsOf(
        Array.from({ length: 300 }, () => {
          // Some profiles come much more often than others, and watch more or less of all that they are shown.
          const lists = 1 + Math.floor(20 * random.next() ** 3);
          const liking = 0.2 + 0.6 * random.next() + more;
          const done = Array.from({ length: lists }, () => Number(random.next() < liking));
          return { lists, done: done.reduce((sum, each) => sum + each, 0) };
        }),
      );
    const draws = Array.from({ length: 1_500 }, () => differenceOf(arm(0.1), arm(0))!);
    const held = draws.filter(({ low, high }) => low <= 0.1 && high >= 0.1).length / draws.length;
    expect(held).toBeGreaterThan(0.93);
    expect(held).toBeLessThan(0.97);
  });
});
