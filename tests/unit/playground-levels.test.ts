import { expect, test } from "vitest";

import { CallLog } from "../../datasources/core/store-request.js";
import { countsOf } from "../../playground/src/answer/in-words.js";
import { levelsOf } from "../../playground/src/answer/levels.js";

const call = (operation: string, startMs: number, ms: number) => ({
  ...{ store: "POSTGRES", keys: 1, uniqueKeys: 1, rows: 1, path: "" },
  ...{ operation, startMs, ms },
});

const namesOf = (calls: ReturnType<typeof call>[]) =>
  levelsOf(calls).map((level) => level.calls.map(({ operation }) => operation));

test("calls under way at once are one level, whatever order they ended in", () => {
  expect(namesOf([call("b", 1.2, 2), call("a", 1, 9)])).toEqual([["a", "b"]]);
});

test("what is sent after an answer of a level begins the next, even beside a slow call of it", () => {
  expect(namesOf([call("a", 0, 2), call("slow", 0, 10), call("c", 3, 2), call("d", 5, 1)])).toEqual([
    ["a", "slow"],
    ["c"],
    ["d"],
  ]);
});

test("a level lasts from its first call to its last answer", () => {
  expect(levelsOf([call("a", 1, 2), call("b", 1.5, 4)])).toMatchObject([{ startMs: 1, endMs: 5.5 }]);
  expect(levelsOf([])).toEqual([]);
});

test("of a call is told how much it asked for and read, where the answer says", () => {
  expect(countsOf({ keys: 1_200, uniqueKeys: 2, rows: 1 })).toEqual(["1,200 keys (2 different)", "1 row"]);
  expect(countsOf({ keys: 1, uniqueKeys: 1, rows: 0 })).toEqual(["1 key", "0 rows"]);
  expect(countsOf({ keys: null, uniqueKeys: null, rows: null })).toEqual([]);
});

test("a recorded call tells when it was sent within its request, and how long it took", () => {
  const log = new CallLog();
  const sent = performance.now();
  log.record({ store: "POSTGRES", operation: "a.b", keys: 1, uniqueKeys: 1, rows: 0, path: "a" }, sent);
  const { startMs, ms } = log.calls[0]!;
  expect(startMs).toBeGreaterThanOrEqual(0);
  expect(ms).toBeGreaterThanOrEqual(0);
  // To the hundredth of a millisecond, each.
  expect(startMs + ms).toBeLessThanOrEqual(performance.now() - sent + startMs + 0.01);
});
