import { describe, expect, it } from "vitest";

import { StoreUnavailableError } from "../../datasources/core/store-error.js";
import { checkSections } from "../../datasources/projection/check/check-sections.js";
import { type Section } from "../../datasources/projection/check/section.js";
import { shareOf } from "../../datasources/projection/jobs/progress.js";
import { countedBatches } from "../../datasources/projection/targets/projection-target.js";
import { madeUpTenant } from "../support/tenants.js";

const tenant = madeUpTenant({ id: 1 });
const tooLong = () => Promise.reject(new StoreUnavailableError("POSTGRES"));

/** What `onProgress` is told, in order. */
function progress() {
  const told: [number, number | null][] = [];
  return { told, onProgress: (done: number, total: number | null) => void told.push([done, total]) };
}

describe("what is too much to be counted", () => {
  it("is carried all the same, towards no known end", async () => {
    const { told, onProgress } = progress();
    const source = {
      count: tooLong,
      async *batches() {
        yield ["a", "b"];
        yield ["c"];
      },
    };
    const counter = countedBatches(source, tenant, onProgress);
    const carried: string[] = [];
    for await (const batch of counter.batches()) carried.push(...batch);
    expect(carried).toEqual(["a", "b", "c"]);
    expect(counter.done).toBe(3);
    expect(told).toEqual([
      [2, null],
      [3, null],
    ]);
  });

  it("is compared all the same", async () => {
    const { told, onProgress } = progress();
    const section = (count: () => Promise<number>): Section<string, string> => ({
      kind: "letter",
      faults: { absent: "missing", surplus: "orphaned" },
      size: count,
      async *expected() {
        yield new Map([["a", "a"]]);
      },
      async *stored() {
        yield new Map([["a", "a"]]);
      },
      expectedOf: () => Promise.resolve(new Map()),
      storedOf: () => Promise.resolve(new Map()),
      same: () => true,
    });
    const sections = [section(() => Promise.resolve(2)), section(tooLong)];
    const report = await checkSections(sections, tenant, { onProgress });
    expect(report).toMatchObject({ entries: 4, missing: 0, orphaned: 0 });
    expect(told.at(-1)).toEqual([4, null]);
    expect(told.every(([, total]) => total === null)).toBe(true);
  });

  it("fails where the count itself is wrong", async () => {
    const count = () => Promise.reject(new Error("no such column"));
    const source = { count, batches: () => (async function* () {})() };
    const first = countedBatches(source, tenant).batches().next();
    await expect(first).rejects.toThrow("no such column");
  });

  it("counts as not done", () => {
    expect([shareOf(5, null), shareOf(5, 10), shareOf(0, 0), shareOf(11, 10)]).toEqual([0, 0.5, 1, 1]);
  });
});
