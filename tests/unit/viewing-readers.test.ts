import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

import { describe, expect, it } from "vitest";

import { packageRoot } from "../../packages/process/package-root.js";

/**
 * Whoever reads what was viewed, and what it is to them: a WATCH asks whether it was one (watched.postgres.ts), a FACT is
 * kept, moved, forgotten or told as it is, a 20-second glimpse too.
 */
const READERS: Record<string, "WATCH" | "FACT"> = {
  // Learning, charts, recommendations, and what rows of the home page are built on.
  "datasources/top10/top10-job.postgres.ts": "WATCH",
  "datasources/top10/chart-watches.postgres.ts": "WATCH",
  "datasources/top10/chart-checks.postgres.ts": "WATCH",
  "datasources/recommendations/postgres/recommendations.postgres.ts": "WATCH",
  "datasources/recommendations/postgres/taste-graph-source.postgres.ts": "WATCH",
  "datasources/viewing/viewing.postgres.ts": "WATCH",
  "datasources/experiments/experiment-report.postgres.ts": "WATCH",
  "datasources/experiments/closed-days.postgres.ts": "WATCH",
  // What projections are told: counted by the source's own condition, IS_KNOWN.
  "datasources/recommendations/postgres/taste-inspection-source.postgres.ts": "WATCH",
  "datasources/viewing/watch-events.postgres.ts": "WATCH",
  "datasources/viewing/viewing-statements.postgres.ts": "WATCH",
  "datasources/viewing/watch-merging.postgres.ts": "WATCH",
  // Writing and counting watch time.
  "datasources/viewing/title-progress.postgres.ts": "FACT",
  "datasources/viewing/viewing-ingest.postgres.ts": "FACT",
  "datasources/viewing/not-for-me.postgres.ts": "FACT",
  "datasources/viewing/viewing-recount.postgres.ts": "FACT",
  "datasources/viewing/watch-window.postgres.ts": "FACT",
  // Whose they are, and for how long.
  "datasources/accounts/profiles.postgres.ts": "FACT",
  "datasources/privacy/account-erasure.postgres.ts": "FACT",
  "datasources/privacy/held-by-tenants.postgres.ts": "FACT",
  "datasources/retention/retention.postgres.ts": "FACT",
  "datasources/viewing/disowned-events.postgres.ts": "FACT",
  // Figures of everything that was told: those of insights have rules of their own (insight-rules.ts).
  "datasources/insights/exact-counts.postgres.ts": "FACT",
  "datasources/operations/operations.postgres.ts": "FACT",
};

const ROOMS = ["packages", "datasources", "importer", "resolvers", "seeds", "src"];

/** A file without its comments: who only speaks of a table does not read it. */
function codeOf(file: string): string {
  return readFileSync(path.join(packageRoot(), file), "utf8").replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
}

const files = ROOMS.flatMap((room) =>
  readdirSync(path.join(packageRoot(), room), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => path.posix.join(room, file)),
);

describe("readers of viewing facts", () => {
  it("are all known", () => {
    const reading = files.filter((file) => /\b(title_progress|viewing_events)\b/.test(codeOf(file)));
    expect(reading.sort()).toEqual(Object.keys(READERS).sort());
  });

  it.each(Object.keys(READERS).filter((file) => READERS[file] === "WATCH"))(
    "ask whether it was a watch: %s",
    (file) => {
      expect(codeOf(file)).toMatch(/\$\{(WATCHED|WATCHED_COUNTING|VIEWED_WATCH|IS_KNOWN)\}|\bcreditedTo\(/);
    },
  );

  it("ask whether it was one where an experiment is credited with it", () => {
    expect(codeOf("datasources/experiments/credited-watches.postgres.ts")).toMatch(/where \$\{WATCHED\}/);
  });
});
