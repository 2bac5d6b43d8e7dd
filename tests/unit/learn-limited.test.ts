import { expect, it } from "vitest";

import { assertInteractions } from "../../packages/similarity/interactions.js";
import { learnSimilarities } from "../../packages/similarity/index.js";
import { gatherInteractions } from "../../src/jobs/learn-interactions.js";
import { watchesOf } from "../../src/jobs/learn-limited.js";

async function* batch(pairs: [profileId: string, titleId: string, strength: number][]) {
  yield pairs.map(([profileId, titleId, strength]) => ({ profileId, titleId, strength, firstAt: 0 }));
}

it("leaves watches out, and every title its index", async () => {
  const all = await gatherInteractions(
    batch([
      ["p1", "kept", 0.5],
      ["p1", "left", 1],
      ["p2", "left", 1],
      ["p3", "also kept", 0.25],
      ["p3", "kept", 1],
    ]),
  );
  const some = watchesOf(all, (item) => all.items[item] !== "left")!;
  expect(() => assertInteractions(some)).not.toThrow();
  expect(some.items).toBe(all.items);
  expect([...some.offsets]).toEqual([0, 1, 1, 3]);
  expect([...some.itemIndex].map((item) => some.items[item])).toEqual(["kept", "kept", "also kept"]);
  expect([...some.weight!]).toEqual([0.5, 1, 0.25]);
});

it("is nothing of its own where nothing is left out, or all", async () => {
  const all = await gatherInteractions(batch([["p1", "a", 1]]));
  expect(watchesOf(all, () => true)).toBeNull();
  expect(watchesOf(all, () => false)).toBeNull();
});

it("has edges among what is kept that the strongest of all titles leave no place for", async () => {
  // Whoever watches one title for children watches many for others, of which each title keeps the strongest edges alone.
  const profiles = Array.from({ length: 60 }, (_, n) => n);
  const pairs = profiles.flatMap((n) => [
    ...[n % 4, (n + 1) % 4].map((title): [string, string, number] => [`p${n}`, `child ${title}`, 1]),
    ...Array.from({ length: 12 }, (_, k): [string, string, number] => [
      `p${n}`,
      `other ${(n % 4) * 12 + k}`,
      1,
    ]),
  ]);
  const all = await gatherInteractions(batch(pairs));
  const isChilds = (item: number) => all.items[item]!.startsWith("child");
  const amongChilds = async (watches: typeof all) => {
    const { from, to } = (await learnSimilarities(watches, { maxEdges: 5 })).edges;
    return [...from].filter((title, edge) => isChilds(title) && isChilds(to[edge]!)).length;
  };
  expect(await amongChilds(watchesOf(all, isChilds)!)).toBeGreaterThan(await amongChilds(all));
});
