import { expect, it } from "vitest";

import { type LearnedPair } from "../../datasources/top10/top10.js";
import { Holdout, type HoldoutOptions } from "../../src/jobs/holdout.js";

const pairs = (profiles: number, titles: number): LearnedPair[] =>
  Array.from({ length: profiles * titles }, (_, n) => ({
    profileId: `p${String(Math.floor(n / titles)).padStart(4, "0")}`,
    titleId: `t${n % titles}`,
    strength: 1,
    firstAt: n,
    lastAt: n % titles,
  }));

async function heldOut(all: LearnedPair[], options: Partial<HoldoutOptions>, size = 7) {
  const holdout = new Holdout({ fraction: 0.25, order: "RANDOM", seed: 1, profiles: 1_000, ...options });
  async function* batches(): AsyncGenerator<LearnedPair[]> {
    for (let at = 0; at < all.length; at += size) yield await Promise.resolve(all.slice(at, at + size));
  }
  const learned: LearnedPair[] = [];
  for await (const batch of holdout.learned(batches())) learned.push(...batch);
  return { holdout, learned };
}

it("holds the part out that was asked for, the latest where they are, and learns from none of it", async () => {
  const { holdout, learned } = await heldOut(pairs(3, 10), { order: "LATEST" });
  expect(holdout.cases.map(({ held }) => [...held])).toEqual(Array(3).fill(["t9", "t8"]));
  expect(learned).toHaveLength(24);
  expect(learned.some(({ titleId }) => titleId === "t9" || titleId === "t8")).toBe(false);
  expect(holdout.counts).toEqual({ profiles: 3, short: 0, learned: 24, held: 6 });
});

it("draws by seed, whatever the batches are, and another for each profile", async () => {
  const drawn = async (seed: number, size: number) =>
    (await heldOut(pairs(40, 8), { seed }, size)).holdout.cases.map(({ held }) => [...held].join());
  expect(await drawn(1, 3)).toEqual(await drawn(1, 500));
  expect(await drawn(1, 3)).not.toEqual(await drawn(2, 3));
  expect(new Set(await drawn(1, 3)).size).toBeGreaterThan(10);
});

it("keeps what was held out of so many profiles at most, the same in whatever order they come", async () => {
  const cases = async (all: LearnedPair[]) =>
    (await heldOut(all, { profiles: 50 }, 999)).holdout.cases.map(({ profileId }) => profileId);
  const kept = await cases(pairs(400, 4));
  expect(kept).toHaveLength(50);
  expect(await cases([...pairs(400, 4)].reverse())).toEqual(kept);
  const { holdout } = await heldOut(pairs(5, 3), {});
  expect(holdout.counts).toMatchObject({ short: 5, held: 0 });
});
