import { existsSync } from "node:fs";
import path from "node:path";

import { describe, expect, it } from "vitest";

import { packageRoot } from "../../packages/process/package-root.js";
import { page } from "../support/documentation.js";

const rows = page("SECURITY.md")
  .text.split("\n")
  .filter((line) => line.startsWith("| ") && !/^\| (who |-)/.test(line))
  .map((line) => line.split("|").map((cell) => cell.trim()));

describe("what SECURITY.md says of a threat", () => {
  it("is said of many", () => expect(rows.length).toBeGreaterThan(15));

  it.each(rows.map((cells) => [cells[1] ?? "", cells]))(
    "%s: is shown by tests that there are",
    (_, cells) => {
      const [, who, reach, stops, shown = ""] = cells;
      for (const cell of [who, reach, stops]) expect(cell).not.toBe("");
      const tests = [...shown.matchAll(/`([^`]+)`/g)].map(([, file]) => file ?? "");
      expect(tests.length).toBeGreaterThan(0);
      for (const file of tests) {
        expect(file).toMatch(/^tests\/(unit|e2e|integration|engines|contract|clients)\/[\w.-]+\.test\.ts$/);
        expect(existsSync(path.join(packageRoot(), file)), file).toBe(true);
      }
    },
  );
});
