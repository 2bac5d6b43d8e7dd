import { describe, expect, it } from "vitest";

import {
  checkProgress,
  checkRating,
  isFinished,
  withinTitle,
} from "../../datasources/viewing/watch-rules.js";
import { type ProgressEvent } from "../../datasources/viewing/viewing-writing.js";

const NOW = Date.parse("2026-05-01T20:00:00Z");
describe("withinTitle", () => {
  it("ends where the title ends, where that is known", () => {
    expect(withinTitle(7_000, 6_000)).toBe(6_000);
    expect(withinTitle(5_000, 6_000)).toBe(5_000);
    expect(withinTitle(7_000, null)).toBe(7_000);
  });
});

describe("isFinished", () => {
  const rules = { finishedPercent: 90, begunSeconds: 60 };

  it("is what the deployment says of a running time that is known", () => {
    expect(isFinished(5_399, 6_000, rules)).toBe(false);
    expect(isFinished(5_400, 6_000, rules)).toBe(true);
    expect(isFinished(9_000, 6_000, rules)).toBe(true);
    expect(isFinished(5_999, 6_000, { ...rules, finishedPercent: 100 })).toBe(false);
    expect(isFinished(86_400, null, rules)).toBe(false);
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
