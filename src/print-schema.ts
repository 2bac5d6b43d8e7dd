import { writeFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";

import { packageRoot } from "../packages/process/package-root.js";
import { errorsPage } from "./docs/errors-page.js";
import { permissionsPage } from "./docs/permissions-page.js";
import { personalDataPage } from "./docs/personal-data-page.js";
import { printedSchema } from "./schema.js";

/** Files that are printed from the code, and what each of them holds. Paths from the package's root. */
export const PRINTED: Readonly<Record<string, () => string>> = {
  "schema/schema.graphql": printedSchema,
  "docs/errors.md": errorsPage,
  "docs/permissions.md": permissionsPage,
  "docs/personal-data.md": personalDataPage,
};

/** Writes every printed file. */
export async function writePrinted(): Promise<void> {
  for (const [file, print] of Object.entries(PRINTED))
    await writeFile(path.join(packageRoot(), file), print());
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await writePrinted();
