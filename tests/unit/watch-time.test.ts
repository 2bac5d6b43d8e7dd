import fc from "fast-check";
import { describe, expect, it } from "vitest";

import {
  byInstant,
  placeAmong,
  watchTimes,
  type Report,
  type StoredReport,
} from "../../packages/watch-time/index.js";
import { reportSequences } from "../support/report-arbitraries.js";

const SEED = Number(process.env.MARQUEE_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));
const EVENING = Date.parse("2026-05-01T20:00:00Z");

const at = (second: number, position: number, device = "TV"): Report => ({
  at: EVENING + second * 1_000,
  position,
  device,
  completed: false,
});
const watched = (reports: readonly Report[]) =>
  watchTimes([...reports].sort(byInstant)).reduce((sum, { seconds }) => sum + seconds, 0);

/** Lets reports arrive one by one, as stores do that know those from before. */
function arrive(reports: readonly Report[]): { total: number; stored: StoredReport[] } {
  const stored: StoredReport[] = [];
  let total = 0;
  reports.forEach((report, index) => {
    const { played, seconds, watched: gained, changed } = placeAmong({ ...report, allowed: null }, stored);
    for (const each of changed) stored[stored.findIndex(({ id }) => id === each.id)] = each;
    stored.push({ ...report, played, seconds, allowed: null, id: String(index) });
    total += gained;
  });
  return { total, stored };
}

describe("what reports of a player stand for", () => {
  it.each([
    ["a first report of any position", [at(0, 5_880)], 0],
    ["playing on", [at(0, 100), at(30, 130)], 30],
    ["a pause, however long", [at(0, 100), at(80_000, 130)], 30],
    ["a leap ahead", [at(0, 100), at(10, 3_600)], 10],
    ["a leap back", [at(0, 3_600), at(10, 100)], 0],
    ["standing still", [at(0, 100), at(10, 100), at(20, 100)], 0],
    ["a report that comes twice", [at(0, 100), at(30, 130), at(30, 130)], 30],
    ["clocks that do not tick alike", [at(0, 100), at(9.6, 110), at(19.4, 119), at(29.6, 129)], 29],
    ["twice the speed", [at(0, 0), at(10, 20), at(20, 40)], 20],
    ["two devices side by side", [at(0, 0), at(1, 3_000, "WEB"), at(10, 10), at(11, 3_010, "WEB")], 11],
    ["two devices, one after the other", [at(0, 0), at(10, 10), at(60, 10, "WEB"), at(70, 20, "WEB")], 20],
    ["a day without a report", [at(0, 0), at(90_000, 86_400)], 0],
  ])("of %s", (_, reports, seconds) => {
    expect(watched(reports)).toBe(seconds);
    expect(arrive([...reports].reverse()).total).toBe(seconds);
  });

  it("of 120 reports of two devices, is the same in order, reversed and shuffled", () => {
    const reports = Array.from({ length: 120 }, (_, n) =>
      n % 2 === 0 ? at(n * 5, n * 5) : at(n * 5, 3_000 + n * 5, "WEB"),
    );
    const shuffled = [...reports].sort((a, b) => ((a.at * 7_919) % 104_729) - ((b.at * 7_919) % 104_729));
    for (const order of [reports, [...reports].reverse(), shuffled]) expect(arrive(order).total).toBe(595);
  });

  it(`does not depend on the order of arrival, and is never more than the time that passed (seed ${SEED})`, () => {
    fc.assert(
      fc.property(reportSequences(EVENING), ({ reports, arrival }) => {
        const expected = watchTimes([...reports].sort(byInstant));
        const { total, stored } = arrive(arrival);
        const times = [...stored].sort(byInstant).map(({ played, seconds }) => ({ played, seconds }));
        expect(times).toEqual(expected);
        expect(total).toBe(expected.reduce((sum, { seconds }) => sum + seconds, 0));
        const instants = reports.map((report) => report.at);
        const passed = Math.ceil((Math.max(...instants) - Math.min(...instants)) / 1_000);
        expect(total).toBeLessThanOrEqual(passed);
      }),
      { seed: SEED, numRuns: 1_000 },
    );
  });

  it("reaches no further than what is placed with it: far reports change nothing of each other", () => {
    const far = arrive([at(0, 0), at(500_000, 60), at(500_030, 90), at(30, 30)]);
    expect(far.total).toBe(60);
  });
});

describe("what counts for charts", () => {
  const placed = (allowed: number | null, stored: StoredReport[] = []) =>
    placeAmong({ ...at(60, 60), allowed }, stored).counted;
  const before: StoredReport = { ...at(0, 0), id: "a", played: 0, seconds: 0, allowed: null };

  it("is what was played since it was allowed", () => {
    expect([placed(null, [before]), placed(20, [before]), placed(90, [before])]).toEqual([null, 20, 60]);
  });

  it("follows where a late report shows a leap", () => {
    const later: StoredReport = { ...at(100, 4_000), id: "b", played: 100, seconds: 100, allowed: 100 };
    expect(placeAmong({ ...at(60, 3_990), allowed: 60 }, [before, later])).toMatchObject({
      seconds: 60,
      watched: 60 + 10 - 100,
      counted: 60 + 10 - 100,
      latest: false,
      changed: [{ id: "b", played: 10, seconds: 10 }],
    });
  });
});
