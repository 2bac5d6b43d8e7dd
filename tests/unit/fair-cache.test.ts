import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { FairCache, frozenSize } from "../../packages/fair-cache/index.js";

interface Named {
  name: string;
}
const entry = (name: string): Named => ({ name });

/** A cache of a hundred entries, and its clock. */
function hundred() {
  const clock = { ms: 0 };
  return { clock, cache: new FairCache<Named>(1_600, () => clock.ms) };
}

function fill(cache: FairCache<Named>, owner: string, count: number, bytes = 16): void {
  for (let n = 0; n < count; n += 1) cache.set(owner, `${n}`, entry(`${owner} ${n}`), bytes);
}
const heldOf = (cache: FairCache<Named>, owner: string) =>
  Array.from({ length: 1_000 }, (_, n) => `${n}`).filter((key) => cache.get(owner, key)).length;

describe("a cache of many owners", () => {
  it("never takes more than it may, and counts what it has", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            fc.integer({ min: 0, max: 5 }),
            fc.integer({ min: 0, max: 30 }),
            fc.integer({ min: 0, max: 120 }),
          ),
        ),
        (sets) => {
          const { cache } = hundred();
          for (const [owner, key, bytes] of sets) {
            cache.set(`${owner}`, `${key}`, entry(""), bytes);
            const { bytes: taken, entries } = cache.report();
            expect(taken).toBeLessThanOrEqual(1_600);
            expect(taken).toBeGreaterThanOrEqual(entries);
          }
        },
      ),
    );
  });

  it("has one owner take all of it while nobody else needs any", () => {
    const { cache } = hundred();
    fill(cache, "a", 100);
    expect(heldOf(cache, "a")).toBe(100);
    expect(cache.report()).toEqual({ bytes: 1_600, entries: 100, owners: 1, evictions: 0 });
  });

  it("gives each an equal share where all need one, and what some do not need to the others", () => {
    const { cache } = hundred();
    fill(cache, "much", 1_000);
    fill(cache, "little", 10);
    fill(cache, "more", 1_000);
    expect(heldOf(cache, "little")).toBe(10);
    expect(Math.abs(heldOf(cache, "much") - heldOf(cache, "more"))).toBeLessThanOrEqual(1);
    expect(heldOf(cache, "more")).toBe(45);
  });

  it("takes from an owner that nobody asks for before any other", () => {
    const { cache, clock } = hundred();
    fill(cache, "left", 10);
    clock.ms = 100_000;
    fill(cache, "asked", 100);
    expect([heldOf(cache, "left"), heldOf(cache, "asked")]).toEqual([0, 100]);
    expect(cache.has("left")).toBe(false);
  });

  it("lets go of what was asked for longest ago", () => {
    const { cache } = hundred();
    fill(cache, "a", 100);
    expect(cache.get("a", "0")).toEqual({ name: "a 0" });
    cache.set("a", "new", entry("new"), 16);
    expect([cache.get("a", "0"), cache.get("a", "1")]).toEqual([{ name: "a 0" }, undefined]);
  });

  it("keeps nothing that would take a large part of it, nor what that would have replaced", () => {
    const { cache } = hundred();
    cache.set("a", "large", entry("small"), 10);
    cache.set("a", "large", entry("large"), 101);
    expect(cache.report()).toMatchObject({ bytes: 0, entries: 0, owners: 0 });
  });
});

it("what is measured is frozen all through, and takes more the more is in it", () => {
  const value = { list: [{ text: "a" }], nothing: null };
  const bytes = frozenSize(value);
  expect(() => value.list.push({ text: "b" })).toThrow(TypeError);
  expect(() => Object.assign(value.list[0]!, { text: "b" })).toThrow(TypeError);
  expect(frozenSize({ list: [{ text: "a".repeat(1_000) }], nothing: null })).toBeGreaterThanOrEqual(
    bytes + 999,
  );
});
