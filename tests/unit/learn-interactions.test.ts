import { expect, it } from "vitest";

import { gatherInteractions, type WatchedPair } from "../../src/jobs/learn-interactions.js";
import { assertInteractions } from "../../packages/similarity/interactions.js";

async function* batches(...parts: WatchedPair[][]): AsyncGenerator<WatchedPair[]> {
  yield* parts;
}

const pair = (profileId: string, titleId: string, strength = 1, firstAt = 0): WatchedPair => ({
  profileId,
  titleId,
  strength,
  firstAt,
});

it("makes one row a profile, also where a profile goes on in the next batch", async () => {
  const gathered = await gatherInteractions(
    batches(
      [pair("p1", "b", 0.5), pair("p1", "c")],
      [pair("p1", "d"), pair("p2", "a", 0.25, 3_600_000), pair("p2", "c", 0.75, 7_201_999)],
    ),
  );
  expect(gathered.items).toEqual(["b", "c", "d", "a"]);
  expect(gathered.users).toBe(2);
  expect([...gathered.offsets]).toEqual([0, 3, 5]);
  expect([...gathered.itemIndex]).toEqual([0, 1, 2, 1, 3]);
  expect([...gathered.weight!]).toEqual([0.5, 1, 1, 0.75, 0.25]);
  expect([...gathered.at!]).toEqual([0, 0, 0, 7_201, 3_600]);
  expect(() => assertInteractions(gathered)).not.toThrow();
});

it("has no rows where there are no pairs", async () => {
  const gathered = await gatherInteractions(batches());
  expect(gathered).toMatchObject({ items: [], users: 0 });
  expect([...gathered.offsets]).toEqual([0]);
  expect(() => assertInteractions(gathered)).not.toThrow();
});

it("grows past its first size", async () => {
  const pairs = Array.from({ length: 5_000 }, (_, index) =>
    pair(`p${Math.floor(index / 50)}`, `t${4_999 - index}`),
  );
  const gathered = await gatherInteractions(batches(pairs));
  expect(gathered.users).toBe(100);
  expect(gathered.itemIndex).toHaveLength(5_000);
  expect(() => assertInteractions(gathered)).not.toThrow();
});
