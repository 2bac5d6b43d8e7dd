import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { StoreUnavailableError } from "../../datasources/core/store-error.js";
import { LiveGenerations } from "../../datasources/projection/generations/live-generations.js";
import { madeUpTenant } from "../support/tenants.js";

const tenant = madeUpTenant({ id: 7 });

describe("the generation that requests read", () => {
  let asked: number;
  let answer: () => Promise<number | null>;
  let there: number[];
  let live: LiveGenerations;

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["performance", "setTimeout", "clearTimeout"] });
    asked = 0;
    there = [3];
    answer = () => Promise.resolve(3);
    live = new LiveGenerations({
      ask: () => {
        asked += 1;
        return answer();
      },
      has: (_, generation) => Promise.resolve(there.includes(generation)),
    });
  });
  afterEach(() => vi.useRealTimers());

  const down = () => Promise.reject(new StoreUnavailableError("POSTGRES"));

  it("is asked for once, however many want it at once, and renewed while it is in use", async () => {
    expect(await Promise.all([live.of(tenant), live.of(tenant)])).toEqual([3, 3]);
    expect(asked).toBe(1);
    vi.advanceTimersByTime(600);
    answer = () => Promise.resolve(4);
    expect(await live.of(tenant)).toBe(3);
    await vi.advanceTimersByTimeAsync(0);
    expect(await live.of(tenant)).toBe(4);
    expect(asked).toBe(2);
  });

  it("is asked for anew where a request waited for what was written, also while an older answer is on its way", async () => {
    expect(await live.of(tenant)).toBe(3);
    vi.advanceTimersByTime(600);
    let arrive: (generation: number) => void = () => undefined;
    answer = () => new Promise((resolve) => (arrive = resolve));
    expect(await live.of(tenant)).toBe(3);
    const late = arrive;
    vi.advanceTimersByTime(10);
    live.lookAgain(tenant);
    answer = () => Promise.resolve(4);
    expect(await live.of(tenant)).toBe(4);
    late(3);
    await vi.advanceTimersByTimeAsync(0);
    expect(await live.of(tenant)).toBe(4);
    expect(asked).toBe(3);
  });

  it("is the last one known while PostgreSQL is down, for as long as the engine has it", async () => {
    await live.of(tenant);
    answer = down;
    vi.advanceTimersByTime(60_000);
    expect(await live.of(tenant)).toBe(3);
    there = [];
    vi.advanceTimersByTime(60_000);
    await expect(live.of(tenant)).rejects.toThrow(StoreUnavailableError);
  });

  it("does not wait long for a PostgreSQL that says nothing", async () => {
    await live.of(tenant);
    answer = () => new Promise(() => {});
    vi.advanceTimersByTime(60_000);
    const reading = live.of(tenant);
    await vi.advanceTimersByTimeAsync(300);
    expect(await reading).toBe(3);
  });

  it("is nothing known where PostgreSQL is down from the beginning", async () => {
    answer = down;
    await expect(live.of(tenant)).rejects.toThrow(StoreUnavailableError);
  });

  it("is none where there is none, which is asked again each time", async () => {
    answer = () => Promise.resolve(null);
    expect([await live.of(tenant), await live.of(tenant)]).toEqual([null, null]);
    expect(asked).toBe(2);
  });
});
