import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { storeFigures } from "../../src/observability/store-figures.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("what was told serves those who ask soon, then it is asked anew", async () => {
  const ask = vi.fn(() => Promise.resolve([ask.mock.calls.length]));
  const figures = storeFigures(ask);
  expect(await figures()).toEqual([1]);
  await vi.advanceTimersByTimeAsync(400);
  expect(await figures()).toEqual([1]);
  await vi.advanceTimersByTimeAsync(200);
  expect(await figures()).toEqual([2]);
});

it("a store that fails has none", async () => {
  expect(await storeFigures(() => Promise.reject(new Error("down")))()).toEqual([]);
});

it("a store that does not tell is waited for a second, and not asked again meanwhile", async () => {
  const ask = vi.fn(() => new Promise<number[]>(() => undefined));
  const figures = storeFigures(ask);
  const waiting = Promise.all([figures(), figures()]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await waiting).toEqual([[], []]);
  const again = figures();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await again).toEqual([]);
  expect(ask).toHaveBeenCalledTimes(1);
});
