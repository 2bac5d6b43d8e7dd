import { readdirSync } from "node:fs";
import path from "node:path";

import { describe, expect, it } from "vitest";

import { packageRoot } from "../../packages/process/package-root.js";

describe("migrations", () => {
  it.each(["control", "tenant"])("of %s are numbered one by one, each once", (folder) => {
    const files = readdirSync(path.join(packageRoot(), "datasources/engines/postgres/migrations", folder));
    const numbers = files.filter((file) => file.endsWith(".sql")).map((file) => Number(file.slice(0, 3)));
    expect(numbers.sort((a, b) => a - b)).toEqual(numbers.map((_, index) => index + 1));
  });
});
