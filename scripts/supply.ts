// What `npm run check:supply` runs: licences of all that is locked, the list of it that is released, and advisories.
//
// Advisories are the registry's to tell, and not every mirror of it does. Where it does not answer, that is said and is no
// failure, unless `--advisories required` has it be one, as the release does.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";

import { ROOT } from "./environment.js";
import { advisoryProblems, readAudit } from "./supply/advisories.js";
import { ADVISORY_EXCEPTIONS, LICENCE_EXCEPTIONS, LICENCES } from "./supply/allowed.js";
import { licenceProblems, type LockedPackages } from "./supply/licences.js";

const REGISTRY_MS = 120_000;
/** Of a report that names every package. Bytes. */
const REPORT_BYTES = 64 * 1_024 * 1_024;

const { values } = parseArgs({ options: { advisories: { type: "string", default: "if-told" } } });
if (!["if-told", "required"].includes(values.advisories)) {
  console.error(`--advisories: "${values.advisories}". Accepted: if-told or required.`);
  process.exit(2);
}

function npm(...args: string[]): string {
  const options = { cwd: ROOT, encoding: "utf8", timeout: REGISTRY_MS, maxBuffer: REPORT_BYTES } as const;
  return spawnSync("npm", args, options).stdout ?? "";
}

function checkLicences(packages: LockedPackages): string[] {
  const count = Object.keys(packages).length - 1;
  console.log(`Licences: ${count} packages, ${LICENCE_EXCEPTIONS.length} exceptions.`);
  return licenceProblems(packages, LICENCES, LICENCE_EXCEPTIONS);
}

/** The list that is released has to name everything that is shipped. */
function checkBill(packages: LockedPackages): string[] {
  const bill = JSON.parse(npm("run", "--silent", "sbom")) as {
    components?: { name: string; version: string }[];
  };
  const named = new Set(bill.components?.map(({ name }) => name));
  console.log(`SBOM: ${named.size} names of packages.`);
  const shipped = Object.entries(packages).filter(([folder, { dev }]) => folder !== "" && !dev);
  const names = shipped.map(([folder]) => folder.slice(folder.lastIndexOf("node_modules/") + 13));
  return names.filter((name) => !named.has(name)).map((name) => `the SBOM does not name ${name}`);
}

function checkAdvisories(): string[] {
  const audit = readAudit(npm("audit", "--json"));
  if ("unanswered" in audit) {
    console.log(`Advisories: the registry does not tell of any (${audit.unanswered}).`);
    return values.advisories === "required"
      ? ["advisories are required, and the registry tells of none"]
      : [];
  }
  console.log(`Advisories: ${audit.advisories.length}, ${ADVISORY_EXCEPTIONS.length} exceptions.`);
  return advisoryProblems(audit.advisories, ADVISORY_EXCEPTIONS, new Date().toISOString().slice(0, 10));
}

const lock = JSON.parse(readFileSync(path.join(ROOT, "package-lock.json"), "utf8")) as {
  packages: LockedPackages;
};
const problems = [...checkLicences(lock.packages), ...checkBill(lock.packages), ...checkAdvisories()];
for (const problem of problems) console.error(`✗ ${problem}`);
if (problems.length > 0) {
  console.error("scripts/supply/allowed.ts says what is accepted, and is where an exception has its reason.");
  process.exitCode = 1;
}
