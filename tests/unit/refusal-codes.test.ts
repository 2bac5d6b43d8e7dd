import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

import { describe, expect, it } from "vitest";

import { REFUSAL_CODES } from "../../datasources/core/refusal-codes.js";
import { ERROR_CODES } from "../../resolvers/request/errors.js";
import { packageRoot } from "../../packages/process/package-root.js";

const TABLE = path.join("datasources", "core", "refusal-codes.ts");

/** The text of everything that can refuse, but for the table itself. */
function sources(): string {
  return ["datasources", "resolvers"]
    .flatMap((folder) =>
      readdirSync(path.join(packageRoot(), folder), { recursive: true, encoding: "utf8" }).map((file) =>
        path.join(folder, file),
      ),
    )
    .filter((file) => file.endsWith(".ts") && file !== TABLE)
    .map((file) => readFileSync(path.join(packageRoot(), file), "utf8"))
    .join("\n");
}

describe("the table of refusal codes", () => {
  it.each(Object.entries(REFUSAL_CODES))("says what %s means", (code, meaning) => {
    expect(code).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
    expect(meaning).toMatch(/^[A-Z].*\.$/);
  });

  it("has no code that nothing is refused with", () => {
    const text = sources();
    expect(Object.keys(REFUSAL_CODES).filter((code) => !new RegExp(`["\\s]${code}[":]`).test(text))).toEqual(
      [],
    );
  });

  it("shares no code with the errors of requests", () => {
    expect(Object.keys(REFUSAL_CODES).filter((code) => code in ERROR_CODES)).toEqual([]);
  });
});
