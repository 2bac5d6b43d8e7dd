import { describe, expect, it } from "vitest";

import { Places, PlacesFullError } from "../../packages/pressure/places.js";

/** Work that goes on until it is told to end, and what has begun so far, in order. */
function workshop(places: Places) {
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const work = (party: string, name = party, signal?: AbortSignal) =>
    places.run(
      party,
      () => {
        begun.push(name);
        return new Promise<void>((resolve) => ends.push(resolve));
      },
      signal,
    );
  /** Ends what began first of what is under way, and lets what follows begin. */
  const endOne = async () => {
    ends.shift()?.();
    await new Promise(setImmediate);
  };
  return { begun, work, endOne };
}

describe("places that parties share", () => {
  it("are one party's alone while there is no other", async () => {
    const places = new Places({ places: 4, waiting: 10 });
    const { begun, work, endOne } = workshop(places);
    const all = Array.from({ length: 6 }, (_, n) => work("a", `a${n}`));
    expect(begun).toEqual(["a0", "a1", "a2", "a3"]);
    expect([places.working, places.waiting]).toEqual([4, 2]);
    for (let n = 0; n < 6; n += 1) await endOne();
    await Promise.all(all);
    expect(begun).toEqual(["a0", "a1", "a2", "a3", "a4", "a5"]);
    expect([places.working, places.waiting]).toEqual([0, 0]);
  });

  it("are left to others by a quarter, and go to who has least under way", async () => {
    const { begun, work, endOne } = workshop(new Places({ places: 4, waiting: 100 }));
    const other = work("b", "b0");
    await endOne();
    const all = [other, ...Array.from({ length: 8 }, (_, n) => work("a", `a${n}`))];
    expect(begun).toEqual(["b0", "a0", "a1", "a2"]);
    all.push(work("b", "b1"), work("b", "b2"));
    await new Promise(setImmediate);
    expect(begun.at(-1)).toBe("b1");
    await endOne();
    expect(begun.at(-1)).toBe("b2");
    for (let n = 0; n < 12; n += 1) await endOne();
    await Promise.all(all);
  });

  it("are given in turn where parties have as much under way", async () => {
    const { begun, work, endOne } = workshop(new Places({ places: 1, waiting: 100 }));
    const all = ["a", "a", "a", "b", "b", "b"].map((party) => work(party));
    for (let n = 0; n < 6; n += 1) await endOne();
    await Promise.all(all);
    expect(begun.join("")).toBe("abab" + "ab");
  });

  it("make room in a full queue at the expense of who has most in it", async () => {
    const { begun, work, endOne } = workshop(new Places({ places: 1, waiting: 4 }));
    const crowd = Promise.allSettled(Array.from({ length: 6 }, (_, n) => work("a", `a${n}`)));
    const other = work("b");
    for (let n = 0; n < 6; n += 1) await endOne();
    await other;
    const outcomes = (await crowd).map((each) =>
      each.status === "rejected" ? (each.reason as Error) : "done",
    );
    expect(outcomes.slice(0, 4)).toEqual(["done", "done", "done", "done"]);
    for (const refused of outcomes.slice(4)) expect(refused).toBeInstanceOf(PlacesFullError);
    expect(begun).toContain("b");
  });

  it("are not kept for who has gone, whose turn is others' at once", async () => {
    const places = new Places({ places: 1, waiting: 2 });
    const { begun, work, endOne } = workshop(places);
    const gone = new AbortController();
    const first = work("a", "first");
    const dead = Promise.allSettled([work("a", "dead", gone.signal), work("a", "dead", gone.signal)]);
    gone.abort(new Error("gone"));
    expect(places.waiting).toBe(0);
    for (const each of await dead) expect(each).toMatchObject({ reason: { message: "gone" } });
    const last = work("a", "last");
    await endOne();
    expect(begun).toEqual(["first", "last"]);
    await endOne();
    await Promise.all([first, last]);
  });
});
