import { writeFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";

import { packageRoot } from "../packages/process/package-root.js";
import { printedSchema } from "./schema.js";

/** Writes the printed schema to `schema/schema.graphql`. */
export async function writeSchema(): Promise<void> {
  await writeFile(path.join(packageRoot(), "schema", "schema.graphql"), printedSchema());
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await writeSchema();
