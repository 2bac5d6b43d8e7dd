import { readFile } from "node:fs/promises";
import path from "node:path";

import { expect, it } from "vitest";

import { packageRoot } from "../../packages/process/package-root.js";
import { PRINTED } from "../../src/print-schema.js";

it.each(Object.entries(PRINTED))("%s is as the code prints it", async (file, print) => {
  const committed = await readFile(path.join(packageRoot(), file), "utf8");
  expect(committed, `${file} is out of date: run "npm run schema" and commit it`).toBe(print());
});
