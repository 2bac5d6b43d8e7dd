import { describe, expect, it } from "vitest";

import {
  checkProgress,
  checkRating,
  secondsWatched,
  withinTitle,
} from "../../datasources/viewing/watch-rules.js";
import { type ProgressEvent } from "../../datasources/viewing/viewing-writing.js";

const NOW = Date.parse("2026-05-01T20:00:00Z");
/** Where a player stands so many seconds into an evening. */
const at = (second: number, position: number) => ({ at: NOW + second * 1_000, position });

describe("secondsWatched", () => {
  it("is the way from the start for the first event", () => {
    expect(secondsWatched(at(0, 90), null, null)).toBe(90);
  });

  it("is how far the position has advanced since the event before", () => {
    expect(secondsWatched(at(30, 130), at(0, 100), null)).toBe(30);
    expect(secondsWatched(at(86_400, 130), at(0, 100), null)).toBe(30);
  });

  it("is no more than the time that has passed, whatever was skipped or however fast it played", () => {
    expect(secondsWatched(at(10, 3_600), at(0, 100), null)).toBe(10);
    expect(secondsWatched(at(0, 3_600), at(0, 100), null)).toBe(0);
  });

  it("loses nothing to an event that comes a little early", () => {
    expect(secondsWatched(at(9.6, 110), at(0, 100), null)).toBe(10);
  });

  it("is never negative", () => {
    expect(secondsWatched(at(30, 50), at(0, 100), null)).toBe(0);
    expect(secondsWatched(at(30, 100), at(60, 50), null)).toBe(0);
    expect(secondsWatched(at(0, 0), null, NOW - 499_000)).toBe(0);
  });

  it("counts of a late event what those behind it have not counted", () => {
    expect(secondsWatched(at(30, 30), at(0, 0), NOW)).toBe(0);
    expect(secondsWatched(at(30, 30), at(0, 0), NOW + 20_000)).toBe(20);
    expect(secondsWatched(at(30, 30), at(0, 0), NOW + 30_000)).toBe(30);
  });

  it("adds up to the same in whichever order the events of a sitting arrive", () => {
    const sitting = Array.from({ length: 7 }, (_, index) => at(index * 30, index * 30));
    for (const order of orders(sitting.map((_, index) => index))) {
      const told: { at: number; position: number; seconds: number }[] = [];
      for (const index of order) {
        const event = sitting[index]!;
        const before = told.filter((each) => each.at <= event.at).sort((a, b) => b.at - a.at)[0] ?? null;
        const behind = told.filter((each) => each.at > event.at && each.seconds > 0);
        const taken = Math.min(...behind.map((each) => each.at - each.seconds * 1_000));
        told.push({ ...event, seconds: secondsWatched(event, before, taken) });
      }
      expect(
        told.reduce((sum, { seconds }) => sum + seconds, 0),
        String(order),
      ).toBe(180);
    }
  });
});

describe("withinTitle", () => {
  it("ends where the title ends, where that is known", () => {
    expect(withinTitle(7_000, 6_000)).toBe(6_000);
    expect(withinTitle(5_000, 6_000)).toBe(5_000);
    expect(withinTitle(7_000, null)).toBe(7_000);
  });
});

describe("checkProgress", () => {
  const event = (fields: Partial<ProgressEvent>): ProgressEvent => ({
    profileId: "u1",
    titleId: "a",
    durationSeconds: 6_000,
    positionSeconds: 60,
    completed: null,
    device: null,
    country: "US",
    at: null,
    eventId: null,
    ...fields,
  });

  it("takes what can have happened", () => {
    for (const fields of [
      {},
      { positionSeconds: 0 },
      { positionSeconds: 86_400 },
      { at: new Date(NOW + 299_000) },
      { at: new Date("2000-01-01T00:00:00Z") },
      { eventId: "3f0c5f3e-6f5e-4a9b-8a59-0f9d1c2b3a4d" },
      { eventId: "x".repeat(128) },
    ])
      expect(() => checkProgress(event(fields), NOW), JSON.stringify(fields)).not.toThrow();
  });

  it.each([
    [{ positionSeconds: -1 }, "POSITION_OUT_OF_RANGE", "positionSeconds", /0 to 86400/],
    [{ positionSeconds: 86_401 }, "POSITION_OUT_OF_RANGE", "positionSeconds", /0 to 86400/],
    [{ at: new Date(NOW + 301_000) }, "AT_OUT_OF_RANGE", "at", /to 2026-05-01T20:05:00.000Z/],
    [{ at: new Date("1999-12-31T23:59:59Z") }, "AT_OUT_OF_RANGE", "at", /from 2000-01-01/],
    [{ at: new Date(NaN) }, "AT_OUT_OF_RANGE", "at", /Accepted/],
    [{ eventId: "" }, "EVENT_ID_INVALID", "eventId", /1 to 128/],
    [{ eventId: "x".repeat(129) }, "EVENT_ID_INVALID", "eventId", /1 to 128/],
    [{ eventId: "a\0b" }, "EVENT_ID_INVALID", "eventId", /1 to 128/],
  ])("refuses %j", (fields, code, field, message) => {
    expect(() => checkProgress(event(fields), NOW)).toThrow(
      expect.objectContaining({ code, field, message: expect.stringMatching(message) as string }),
    );
  });
});

describe("checkRating", () => {
  it("takes 1 to 5 and null, and nothing else", () => {
    for (const rating of [1, 2, 3, 4, 5, null]) expect(() => checkRating(rating)).not.toThrow();
    for (const rating of [0, 6, -1, 2.5, NaN]) {
      expect(() => checkRating(rating)).toThrow(expect.objectContaining({ code: "RATING_OUT_OF_RANGE" }));
    }
  });
});

/** All orders of some things. */
function orders(of: number[]): number[][] {
  if (of.length < 2) return [of];
  return of.flatMap((first) => orders(of.filter((each) => each !== first)).map((rest) => [first, ...rest]));
}
