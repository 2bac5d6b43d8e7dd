import { byInstant, watchTimeOfLatest, watchTimes, type Report, type WatchTime } from "./watch-time.js";

/** A report that is stored. */
export interface StoredReport extends Report, WatchTime {
  id: string;
  /** For how long playing had been allowed; null where it was not. Seconds. */
  allowed: number | null;
}

/** What a profile and title gain when reports stand for something else. Seconds. */
export interface Correction {
  /** Or lose: a late report may say that an earlier one told of a leap. */
  watched: number;
  /** The same of what counts for charts; null where nothing that counts is touched. */
  counted: number | null;
  /** Reports that stand for something else from now on. */
  changed: StoredReport[];
}

/** What a new report changes. Seconds. */
export interface Placing extends WatchTime, Correction {
  /** Whether it is the latest, so that it says where the player stands. */
  latest: boolean;
}

/** Watch time that counts for charts: what was played since it was allowed; null where it was not. Seconds. */
export function countedSeconds(seconds: number, allowed: number | null): number | null {
  return allowed === null ? null : Math.min(seconds, allowed);
}

/** Places a report that no other is behind; `before` and `beside` as in `watchTimeOfLatest`. */
export function placeLatest(
  report: Report & { allowed: number | null },
  before: Report | undefined,
  beside: readonly { at: number; played: number }[],
): Placing {
  const time = watchTimeOfLatest(report, before, beside);
  const counted = countedSeconds(time.seconds, report.allowed);
  return { ...time, latest: true, watched: time.seconds, counted, changed: [] };
}

/**
 * Places a report among those from twice `REACH_MS` before it to twice that behind it: nothing further away depends on it.
 *
 * @param around in any order.
 */
export function placeAmong(
  report: Report & { allowed: number | null },
  around: readonly StoredReport[],
): Placing {
  const all = [...around.map((stored) => ({ report: stored, stored })), { report, stored: null }];
  all.sort((a, b) => byInstant(a.report, b.report));
  const times = watchTimes(all.map((each) => each.report));
  const own = all.findIndex(({ stored }) => stored === null);
  const behind = all.flatMap(({ stored }, index) =>
    stored && index > own ? [{ before: stored, now: times[index]! }] : [],
  );
  const seconds = times[own]!.seconds;
  const gain = { watched: seconds, counted: countedSeconds(seconds, report.allowed) };
  return { ...times[own]!, latest: own === all.length - 1, ...correctionOf(behind, [gain]) };
}

/** What is mended of reports that were counted by another rule: all of a profile and title, in any order. */
export function recounted(reports: readonly StoredReport[]): Correction {
  const sorted = [...reports].sort(byInstant);
  const times = watchTimes(sorted);
  return correctionOf(
    sorted.map((before, index) => ({ before, now: times[index]! })),
    [],
  );
}

/** @param gains what comes to the gains of the reports. */
function correctionOf(
  reports: readonly { before: StoredReport; now: WatchTime }[],
  gains: readonly Pick<Correction, "watched" | "counted">[],
): Correction {
  const changed = reports.filter(({ before, now }) => differs(before, now));
  const all = [
    ...gains,
    ...changed.map(({ before, now }) => ({
      watched: now.seconds - before.seconds,
      counted: gained(before, now),
    })),
  ];
  return {
    watched: all.reduce((sum, { watched }) => sum + watched, 0),
    counted: all.reduce<number | null>(
      (sum, { counted }) => (counted === null ? sum : (sum ?? 0) + counted),
      null,
    ),
    changed: changed.map(({ before, now }) => ({ ...before, ...now })),
  };
}

function differs(a: WatchTime, b: WatchTime): boolean {
  return a.played !== b.played || a.seconds !== b.seconds;
}

function gained(before: StoredReport, now: WatchTime): number | null {
  const counted = countedSeconds(now.seconds, before.allowed);
  return counted === null ? null : counted - Math.min(before.seconds, before.allowed ?? 0);
}
