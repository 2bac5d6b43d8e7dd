import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { packageRoot } from "../../packages/process/package-root.js";

/**
 * Names what answers of stores are made by: the code between a store and an answer, and what migrations make of the
 * database. Processes of one form give the same answer to the same question about the same state.
 */
export function codeForm(): string {
  const code = path.resolve(fileURLToPath(import.meta.url), "../../..");
  const migrations = path.join(packageRoot(), "datasources", "engines", "postgres", "migrations");
  const folders = [path.join(code, "datasources"), path.join(code, "packages"), migrations];
  const hash = createHash("sha256").update(readFileSync(path.join(packageRoot(), "package.json")));
  for (const file of folders.flatMap(programOf))
    hash.update(`\0${path.basename(file)}\0`).update(readFileSync(file));
  return hash.digest("base64url");
}

function programOf(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  const program = entries.filter((entry) => entry.isFile() && /\.(js|ts|sql)$/.test(entry.name));
  return program.map(({ parentPath, name }) => path.join(parentPath, name)).sort();
}
