import { describe, expect, it } from "vitest";

import { PlacesFullError, Together, type TogetherOptions, type Turn } from "../../packages/pressure/index.js";
import { PATIENCE } from "../support/patience.js";

type Work = TogetherOptions<string, string>["work"];

const turned = () => new Promise(setImmediate);

/** Groups as they begin, each under way until it is told to end. Jobs are `<key><number>`. */
function workshop(options: Partial<TogetherOptions<string, string>> = {}) {
  const groups: string[][] = [];
  const ends: (() => void)[] = [];
  const work: Work = (turns) => {
    groups.push(turns.map(({ job }) => job));
    return new Promise<void>((resolve) =>
      ends.push(() => {
        for (const turn of turns) turn.done(`${turn.job} done`);
        resolve();
      }),
    );
  };
  const together = new Together<string, string>({
    most: 100,
    atOnce: 1,
    waiting: 100,
    waitMs: 60_000,
    keyOf: (job) => job.slice(0, 1),
    work,
    ...options,
  });
  /** Ends the group that began first of what is under way, and lets the next begin. */
  const endOne = async () => {
    ends.shift()?.();
    await turned();
    await turned();
  };
  return { together, groups, endOne };
}

describe("jobs that wait at the same time", () => {
  it("are done together: one that comes alone at once, what comes meanwhile with the next", async () => {
    const { together, groups, endOne } = workshop();
    const first = together.do("lane", "a1");
    await turned();
    const others = ["b1", "c1", "d1"].map((job) => together.do("lane", job));
    await turned();
    expect([groups, together.waiting]).toEqual([[["a1"]], 3]);
    await endOne();
    expect(await first).toBe("a1 done");
    expect(groups).toEqual([["a1"], ["b1", "c1", "d1"]]);
    await endOne();
    expect(await Promise.all(others)).toEqual(["b1 done", "c1 done", "d1 done"]);
  });

  it("follow each other where they have the same key, whoever else goes before", async () => {
    const { together, groups, endOne } = workshop({ atOnce: 2 });
    const all = ["a1", "a2", "b1", "a3", "c1"].map((job) => together.do("lane", job));
    for (let n = 0; n < 4; n += 1) await (n === 0 ? turned() : endOne());
    await Promise.all(all);
    expect(groups).toEqual([["a1", "b1", "c1"], ["a2"], ["a3"]]);
  });

  it("are of one group only in one lane, and of at most so many", async () => {
    const { together, groups, endOne } = workshop({ most: 2 });
    const all = ["a1", "b1", "c1"].map((job) => together.do("one", job));
    all.push(together.do("other", "a2"));
    await turned();
    expect(groups).toEqual([["a1", "b1"], ["a2"]]);
    for (let n = 0; n < 3; n += 1) await endOne();
    await Promise.all(all);
    expect(groups.at(-1)).toEqual(["c1"]);
  });

  it("let the next wait a little behind a group of several, and not behind one alone", async () => {
    const { together, groups, endOne } = workshop({ apartMs: 40 });
    const all = [together.do("lane", "a1")];
    await turned();
    await endOne();
    const began = performance.now();
    all.push(together.do("lane", "b1"), together.do("lane", "c1"));
    await turned();
    await endOne();
    all.push(together.do("lane", "d1"));
    await turned();
    expect(groups).toEqual([["a1"], ["b1", "c1"]]);
    await expect.poll(() => groups.length, PATIENCE).toBe(3);
    // Timers are told in whole milliseconds.
    expect(performance.now() - began).toBeGreaterThan(38);
    await endOne();
    await Promise.all(all);
  });

  it("let the next begin before the last of them has ended, where it is left to itself", async () => {
    const left: Turn<string, string>[] = [];
    const groups: string[][] = [];
    const work: Work = async (turns) => {
      groups.push(turns.map(({ job }) => job));
      for (const turn of turns) {
        if (turn.job === "a1") left.push(turn);
        else turn.done("done");
      }
    };
    const { together } = workshop({ work });
    const slow = together.do("lane", "a1");
    const second = together.do("lane", "a2");
    await Promise.all(["b1", "c1"].map((job) => together.do("lane", job)));
    await together.do("lane", "d1");
    expect(groups).toEqual([["a1", "b1", "c1"], ["d1"]]);
    left[0]?.done("late");
    expect([await slow, await second]).toEqual(["late", "done"]);
    await together.settled();
  });

  it("fail with their group, unless they have ended before", async () => {
    const work: Work = async ([first]) => {
      first?.done("stored");
      throw new Error("broken");
    };
    const { together } = workshop({ work });
    const [stored, lost] = await Promise.allSettled(["a1", "b1"].map((job) => together.do("lane", job)));
    expect(stored).toMatchObject({ value: "stored" });
    expect(lost).toMatchObject({ reason: new Error("broken") });
    await together.settled();
  });
});

describe("a job that waits for its turn", () => {
  it("waits no longer than it may, and not among too many", async () => {
    const { together, endOne } = workshop({ waiting: 1, waitMs: 0 });
    const first = together.do("lane", "a1").catch((error: unknown) => error);
    await expect(together.do("lane", "b1")).rejects.toBeInstanceOf(PlacesFullError);
    // The event loop turns no sooner than the clock.
    expect(await first).toBeInstanceOf(PlacesFullError);
    await endOne();
    expect(together.waiting).toBe(0);
  });

  it("is given up by its signal, and does nothing then; one that has begun goes on", async () => {
    const { together, groups, endOne } = workshop();
    const [begun, waiting, gone] = [new AbortController(), new AbortController(), new AbortController()];
    const first = together.do("lane", "a1", begun.signal);
    await turned();
    const second = together.do("lane", "b1", waiting.signal);
    for (const each of [begun, waiting, gone]) each.abort(new Error("over"));
    await expect(second).rejects.toThrow("over");
    await expect(together.do("lane", "c1", gone.signal)).rejects.toThrow("over");
    await endOne();
    expect(await first).toBe("a1 done");
    expect(groups).toEqual([["a1"]]);
    await together.settled();
  });
});
