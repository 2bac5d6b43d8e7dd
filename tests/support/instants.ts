/** Texts that are instants, and which: changes of the clocks, leap days, and the ends of what can be kept. */
export const INSTANTS: readonly (readonly [text: string, instant: string])[] = [
  ["2024-02-29T23:59:59.999Z", "2024-02-29T23:59:59.999Z"],
  // An hour that a clock in Paris skips, and one that it shows twice: the offset says which.
  ["2026-03-29T02:30:00+01:00", "2026-03-29T01:30:00.000Z"],
  ["2025-10-26T02:30:00+02:00", "2025-10-26T00:30:00.000Z"],
  ["2025-10-26T02:30:00+01:00", "2025-10-26T01:30:00.000Z"],
  ["1999-12-31T23:59:59Z", "1999-12-31T23:59:59.000Z"],
  ["1000-01-01T00:00:00Z", "1000-01-01T00:00:00.000Z"],
  ["9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"],
];

/** Texts that are none, or none that every store keeps. */
export const NO_INSTANTS: readonly string[] = [
  "",
  "tomorrow",
  "2026-13-01T00:00:00Z",
  "2023-02-29T00:00:00Z",
  "1900-02-29T00:00:00Z",
  "2026-05-01T24:00:00Z",
  "2016-12-31T23:59:60Z",
  "2026-05-01T20:11:00|02:00",
  "2026-05-01T20:11:00",
  "0000-01-01T00:00:00Z",
  "0001-01-01T00:00:00+01:00",
  "9999-12-31T23:59:59-01:00",
  "+010000-01-01T00:00:00Z",
  "-000001-01-01T00:00:00Z",
];
