import { describe, expect, it } from "vitest";

import { type SimilarEdges } from "../../datasources/recommendations/recommendations.js";
import { type LearnedPair } from "../../datasources/top10/top10.js";
import { HeldOut, tryModel } from "../../src/jobs/model-trial.js";
import { graph } from "../contract/recommendations-support.js";

const FROM = Date.UTC(2026, 4, 10);
const HOUR = 3_600_000;

const pair = (profileId: string, titleId: string, hours: number): LearnedPair => ({
  profileId,
  titleId,
  strength: 1,
  firstAt: FROM + hours * HOUR,
  lastAt: FROM + hours * HOUR,
});

/** Profiles that watched `a`, long ago, and some of them `x` since. */
const profiles = (count: number, since: number): LearnedPair[] =>
  Array.from({ length: count }, (_, n) => `p${String(n).padStart(3, "0")}`).flatMap((id, n) => [
    ...["a", "b", "c", "d"].map((title, at) => pair(id, title, -10 - at)),
    ...(n < since ? [pair(id, "x", 1)] : []),
  ]);

async function heldOut(pairs: LearnedPair[], size = 7) {
  const held = new HeldOut(FROM);
  const learned: LearnedPair[] = [];
  async function* batches(): AsyncGenerator<LearnedPair[]> {
    for (let at = 0; at < pairs.length; at += size) yield await Promise.resolve(pairs.slice(at, at + size));
  }
  for await (const batch of held.learned(batches())) learned.push(...batch);
  return { held, learned };
}

const good = graph("a x 1\nb y 0.5");
const poor = graph("a y 1\na z 1\nb x 0.1");
const none: SimilarEdges = {
  titles: ["a"],
  from: new Uint32Array(),
  to: new Uint32Array(),
  weight: new Float32Array(),
};

describe("what is held out", () => {
  it("is what was begun since, and is not learned from; profiles may go on in the next batch", async () => {
    const { held, learned } = await heldOut(profiles(60, 40));
    expect(learned).toEqual(profiles(60, 0));
    expect(held.histories).toHaveLength(40);
    expect(held.histories[0]).toEqual({
      profileId: "p000",
      watched: ["a", "b", "c", "d"],
      held: new Set(["x"]),
    });
    expect(held.isEnough).toBe(true);
  });

  it("is too little of fewer than thirty profiles, of none who had watched before, or where a fifth and more is held", async () => {
    expect((await heldOut(profiles(60, 29))).held.isEnough).toBe(false);
    const strangers = Array.from({ length: 40 }, (_, n) => pair(`q${n}`, "x", 1));
    expect((await heldOut([...profiles(60, 0), ...strangers])).held.histories).toEqual([]);
    const busy = profiles(40, 40).flatMap((each) =>
      each.firstAt >= FROM ? [each, { ...each, titleId: "y" }] : [each],
    );
    expect((await heldOut(busy)).held.isEnough).toBe(false);
  });

  it("is of two thousand profiles at most, the same in whatever order they come", async () => {
    const pairs = profiles(4_100, 4_100);
    const ids = async (all: LearnedPair[]) =>
      (await heldOut(all, 5_000)).held.histories.map(({ profileId }) => profileId).sort();
    const one = await ids(pairs);
    expect(one).toHaveLength(2_000);
    const turned = [...pairs].reverse();
    expect(await ids(turned)).toEqual(one);
  });
});

describe("a model's trial", () => {
  it("says how either foresaw what was watched, and refuses what is worse by more than the tolerance", async () => {
    const { held } = await heldOut(profiles(60, 40));
    const learnedUntil = new Date(FROM).toISOString();
    expect(tryModel(held, good, poor)).toEqual({
      learnedUntil,
      verdict: "NOT_WORSE",
      figures: {
        profiles: 40,
        watches: 40,
        ndcg: 1,
        recall: 1,
        // The third of the list.
        liveNdcg: expect.closeTo(1 / Math.log2(4), 10) as number,
        liveRecall: 1,
        tolerance: 0.05,
      },
    });
    expect(tryModel(held, poor, good)).toMatchObject({ verdict: "WORSE", figures: { liveNdcg: 1 } });
    expect(tryModel(held, none, good)).toMatchObject({ verdict: "WORSE", figures: { ndcg: 0, recall: 0 } });
    expect(tryModel(held, good, good)).toMatchObject({ verdict: "NOT_WORSE" });
    expect(tryModel(held, poor, null)).toEqual({ learnedUntil, verdict: "UNTRIED", figures: null });
  });
});
