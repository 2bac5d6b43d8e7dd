import { describe, expect, it } from "vitest";

import { importLines, type LineKind } from "../../importer/import-lines.js";
import { linesOf } from "../../importer/ndjson.js";

const REMEMBERED = 10;

interface Line {
  id: string;
  text: string;
}

/** Imports lines into a list, remembering few of them. */
async function imported(lines: readonly Line[], refuse: (line: Line) => boolean = () => false) {
  const stored: string[] = [];
  const kind: LineKind<Line> = {
    check: (value) => ({ line: value as Line, unknownFields: [] }),
    keyOf: ({ id }) => id,
    keyField: "id",
    batch: 4,
    write: async (batch) => {
      await Promise.resolve();
      if (batch.some(({ line }) => refuse(line))) throw new Error("disk on fire");
      stored.push(...batch.map(({ line }) => line.id));
      return { imported: batch.length, unchanged: 0 };
    },
  };
  const report = await importLines(linesOf(lines, lines.length), kind, {}, REMEMBERED).catch(
    (error: Error) => error.message,
  );
  return { stored, report };
}

const lineOf = (n: number): Line => ({ id: `${n}`, text: `${n}` });

describe("importLines", () => {
  it("finds a line that repeats one of the last, and takes one that is further apart as of another file", async () => {
    const many = Array.from({ length: 4 * REMEMBERED }, (_, n) => lineOf(n));
    const { stored, report } = await imported([
      ...many,
      lineOf(4 * REMEMBERED - 5),
      { ...lineOf(4 * REMEMBERED - 5), text: "another" },
      lineOf(0),
    ]);
    expect(stored).toHaveLength(4 * REMEMBERED + 1);
    expect(report).toMatchObject({ imported: 4 * REMEMBERED + 1, unchanged: 1, badLines: 1 });
  });

  it("fails once nothing is being stored any more", async () => {
    const { stored, report } = await imported(
      Array.from({ length: 20 }, (_, n) => lineOf(n)),
      ({ id }) => id === "9",
    );
    expect(report).toBe("disk on fire");
    expect(stored).toEqual(["0", "1", "2", "3", "4", "5", "6", "7"]);
  });
});
