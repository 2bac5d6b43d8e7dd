/** Where a player of a profile and title stood. */
export interface Report {
  /** Milliseconds since 1970. */
  at: number;
  /** Seconds from the start. */
  position: number;
  /** Whether it was told to be at the end. */
  completed: boolean;
  /** What it plays on: reports of one device follow each other, those of two run side by side. */
  device: string;
}

/** What a report stands for. Whole seconds of the clock. */
export interface WatchTime {
  /** Until its instant without a break, whoever else played at that time. */
  played: number;
  /** Of these, what no report before it stands for. */
  seconds: number;
}

/** Seconds since 1970 that something was played in, `from` exclusive. */
interface Span {
  from: number;
  to: number;
}

/** How far a report reaches back at most: a title is a day long at most, so nobody plays longer without a report. Milliseconds. */
export const REACH_MS = 86_400_000;
/** Positions are told in whole seconds: an advance that is off by less than this is that of the clock. Milliseconds. */
const POSITION_MS = 1_000;

/** The order that reports are counted in: by what they say, never by when they arrived. For `sort`. */
export function byInstant(a: Report, b: Report): number {
  return (
    a.at - b.at ||
    Number(a.completed) - Number(b.completed) ||
    a.position - b.position ||
    (a.device < b.device ? -1 : Number(a.device > b.device))
  );
}

/**
 * What reports of one profile and title stand for. A report was played since the one before it on its device, for as
 * long as the position has advanced and at most for the time that passed; the first of a device tells of no time. What
 * several stand for counts for the first of them. So the sum is the time in which any device played, whatever was
 * skipped, repeated or played beside, and depends on nothing but the reports.
 *
 * @param reports in order (`byInstant`).
 * @returns one answer a report.
 */
export function watchTimes(reports: readonly Report[]): WatchTime[] {
  const latest = new Map<string, Report>();
  const counted: Span[] = [];
  return reports.map((report) => {
    const played = playedSince(latest.get(report.device), report);
    latest.set(report.device, report);
    return count(counted, report.at, played);
  });
}

/**
 * What a report stands for that no other is behind.
 *
 * @param before the report before it on its device, at most `REACH_MS` ago.
 * @param beside what other devices played since then, in order of their instants.
 */
export function watchTimeOfLatest(
  report: Report,
  before: Report | undefined,
  beside: readonly { at: number; played: number }[],
): WatchTime {
  const counted: Span[] = [];
  for (const { at, played } of beside) count(counted, at, played);
  return count(counted, report.at, playedSince(before, report));
}

/** Whole seconds of the clock that lie in what was played between two reports of a device. */
function playedSince(before: Report | undefined, { at, position }: Report): number {
  if (!before || at - before.at > REACH_MS) return 0;
  const [passed, advanced] = [at - before.at, (position - before.position) * 1_000];
  if (advanced <= 0) return 0;
  const played = Math.abs(passed - advanced) < POSITION_MS ? passed : Math.min(passed, advanced);
  return secondOf(at) - secondOf(at - played);
}

/** Adds what was played until an instant, which no span before it is behind. */
function count(counted: Span[], at: number, played: number): WatchTime {
  const span = { from: secondOf(at) - played, to: secondOf(at) };
  let seconds = played;
  for (let last = counted.at(-1); last && last.to > span.from; last = counted.at(-1)) {
    seconds -= last.to - Math.max(last.from, span.from);
    span.from = Math.min(span.from, last.from);
    counted.pop();
  }
  if (span.to > span.from) counted.push(span);
  return { played, seconds };
}

function secondOf(at: number): number {
  return Math.floor(at / 1_000);
}
