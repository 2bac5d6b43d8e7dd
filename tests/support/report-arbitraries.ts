import fc from "fast-check";

import { type Report } from "../../packages/watch-time/index.js";

const DEVICES = ["TV", "WEB"];
/** Milliseconds; usual intervals of players, and pauses. */
const STEPS = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 0, max: 12_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 90_000_000 }) },
);

/** What players of one profile and title tell from an instant on, and the order in which it arrives: some of it twice. */
export function reportSequences(
  begin: number,
  most = 24,
): fc.Arbitrary<{ reports: Report[]; arrival: Report[] }> {
  const step = fc.record({
    device: fc.constantFrom(...DEVICES),
    passed: STEPS,
    // Playing at about the clock's speed, standing still, leaping.
    advance: fc.oneof(
      { weight: 4, arbitrary: fc.constant("clock" as const) },
      { weight: 2, arbitrary: fc.integer({ min: -5, max: 20 }) },
      { weight: 1, arbitrary: fc.integer({ min: -6_000, max: 6_000 }) },
    ),
    completed: fc.boolean(),
    twice: fc.boolean(),
  });
  return fc.array(step, { minLength: 1, maxLength: most }).chain((steps) => {
    const positions = new Map<string, number>();
    let at = begin;
    const reports = steps.flatMap(({ device, passed, advance, completed, twice }) => {
      at += passed;
      const moved = advance === "clock" ? Math.round(passed / 1_000) : advance;
      const position = Math.min(86_400, Math.max(0, (positions.get(device) ?? 0) + moved));
      positions.set(device, position);
      const report = { at, position, device, completed };
      return twice ? [report, { ...report }] : [report];
    });
    const arrival = fc.shuffledSubarray(reports, { minLength: reports.length });
    return arrival.map((arrived) => ({ reports, arrival: arrived }));
  });
}
