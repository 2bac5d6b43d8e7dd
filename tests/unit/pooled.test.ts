import { describe, expect, it } from "vitest";

import { inPairs, pooled } from "../../bench/tenants/pooled.js";

/** So many requests of one to a hundred milliseconds, each as often. */
const evenly = (requests: number, factor = 1) =>
  Array.from({ length: requests }, (_, n) => factor * (1 + (n % 100)));

describe("pooled quantiles", () => {
  it("are those of all slices together", () => {
    const found = pooled(Array.from({ length: 10 }, () => ({ calm: evenly(100), during: evenly(100, 2) })));
    expect(found).toEqual({
      calm: { p50: 51, p99: 100 },
      during: { p50: 102, p99: 200 },
      ratio: 2,
      low: 2,
      high: 2,
    });
  });

  it("say by their bounds that one slice alone makes the difference", () => {
    const pairs = Array.from({ length: 10 }, (_, n) => ({
      calm: evenly(100),
      during: evenly(100, n ? 1 : 9),
    }));
    const { ratio, low, high } = pooled(pairs);
    expect(ratio).toBeGreaterThan(5);
    expect(low).toBe(1);
    expect(high).toBeGreaterThanOrEqual(ratio);
  });

  it("are of slices of which each kind is as often first", async () => {
    const order: string[] = [];
    const pairs = await inPairs(4, async (n, kind) => [order.push(`${n} ${kind}`)]);
    expect(order.filter((_, n) => n % 2 === 0)).toEqual(["0 calm", "1 during", "2 calm", "3 during"]);
    expect(pairs.map(({ calm, during }) => (calm[0] ?? 0) < (during[0] ?? 0))).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });
});
