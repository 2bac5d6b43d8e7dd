import { getEventListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

import { describe, expect, it } from "vitest";

import { DeadlineError, withinDeadline } from "../../packages/pressure/index.js";

const silence = () => new Promise<never>(() => undefined);

describe("work with a deadline", () => {
  it("answers what the work does, and leaves nothing with who gave the time", async () => {
    const given = new AbortController().signal;
    expect(await withinDeadline(50, () => Promise.resolve("answer"), given)).toBe("answer");
    expect(getEventListeners(given, "abort")).toEqual([]);
  });

  it("fails as the work does, also where it does so before it has begun", async () => {
    const given = new AbortController().signal;
    const failures = [
      () => Promise.reject(new TypeError("later")),
      (): Promise<never> => {
        throw new TypeError("at once");
      },
    ];
    for (const work of failures) await expect(withinDeadline(50, work, given)).rejects.toThrow(TypeError);
    expect(getEventListeners(given, "abort")).toEqual([]);
  });

  it("ends at the deadline, tells the work so, and what that says afterwards is nobody's", async () => {
    let told: AbortSignal | undefined;
    const late = withinDeadline(20, async (signal) => {
      told = signal;
      await sleep(40);
      throw new Error("too late");
    });
    await expect(late).rejects.toThrow(DeadlineError);
    expect(told?.aborted).toBe(true);
    await sleep(60);
  });

  it("ends with who gave the time, for the reason that they say", async () => {
    const given = new AbortController();
    const gone = new Error("gone");
    let told: AbortSignal | undefined;
    const ended = withinDeadline(
      10_000,
      (signal) => {
        told = signal;
        return silence();
      },
      given.signal,
    );
    given.abort(gone);
    await expect(ended).rejects.toBe(gone);
    expect(told?.aborted).toBe(true);
    await expect(withinDeadline(10_000, silence, given.signal)).rejects.toBe(gone);
  });
});
