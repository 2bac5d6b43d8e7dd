// What `npm run test:engines` runs: the contract suites against the engines whose URLs are set, then the end-to-end suite
// with the gateway on those engines. Says loudly which engines it did not find.
import { spawnSync } from "node:child_process";

const NAMES = ["MONGODB_URL", "OPENSEARCH_URL", "NEO4J_URL"];
const set = NAMES.filter((name) => process.env[name]);
const missing = NAMES.filter((name) => !process.env[name]);

if (set.length === 0) {
  console.error(`No engine is set: ${NAMES.join(", ")} are empty. "npm run engines -- up" starts them.`);
  process.exit(1);
}
console.log(`Engines under test: ${set.join(", ")}`);
if (missing.length > 0) console.log(`NOT TESTED, because not set: ${missing.join(", ")}`);

const runs = [
  ["--project", "engines"],
  [
    "--project",
    "stores",
    "tests/e2e/documents",

    "tests/e2e/relay",
    "tests/e2e/tenancy",
    "tests/e2e/errors",
    "tests/e2e/viewing-rules",
  ],
];
const env = { ...process.env, MARQUEE_TEST_ENGINES: "1" };
const failed = runs.filter(
  (args) => spawnSync("npx", ["vitest", "run", ...args], { stdio: "inherit", env }).status !== 0,
);
if (missing.length > 0) console.log(`NOT TESTED, because not set: ${missing.join(", ")}`);
process.exit(failed.length === 0 ? 0 : 1);
