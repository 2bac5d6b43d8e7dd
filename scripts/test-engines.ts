// What `npm run test:engines` runs: the contract suites against the engines whose URLs are set, then the end-to-end
// suite with the gateway on those engines. Says loudly what it did not run. Leaves nothing behind in the engines.
import { spawn, type ChildProcess } from "node:child_process";
import { readdirSync } from "node:fs";
import path from "node:path";

import { environment, ROOT, type Environment } from "./environment.js";
import { makeGround } from "./test-ground.js";

const ENGINES = ["POSTGRES_URL", "MONGODB_URL", "OPENSEARCH_URL", "NEO4J_URL"];
/**
 * End-to-end tests that no engine can change: they are about the embedded server, its data folder and its process, about
 * PostgreSQL as the only store (`tests/engines/failures.test.ts` is the same with all four), about what is refused
 * or known before any store is asked, about the page in a browser, or about who somebody is, what they pay and what they
 * did, which PostgreSQL alone knows.
 */
const EMBEDDED_ONLY = [
  ...["start", "start-failures", "failures", "first-contact", "container", "memory", "pressure", "abuse"],
  ...["http", "graphql-over-http", "http-fuzz", "cors", "connections", "tls", "slow-requests", "limits"],
  ...["schema", "schema-secrecy", "costs", "trusted-documents", "operators-listener", "instants"],
  ...["playground", "playground-page", "playground-session"],
  ...["identity-provider", "bad-tokens", "keys", "sessions", "credentials", "documentation"],
  ...["sign-ins", "sign-in-crowd", "profiles", "revocation", "revocation-placements", "presumed-writers"],
  ...["api-keys", "acts", "budgets", "memberships"],
].map((name) => `${name}.test.ts`);

const isSet = (name: string) => !["embedded:", ""].includes(environment[name] ?? "");
const found = ENGINES.filter(isSet);
const missing = ENGINES.filter((name) => !isSet(name));

if (found.length === 0) {
  console.error(
    `No engine is set: ${ENGINES.join(", ")} are empty. Start them: npm run engines -- up, then eval "$(npm run --silent engines -- env)"`,
  );
  process.exit(1);
}

function tell(): void {
  console.log(`Engines under test: ${found.join(", ")}`);
  if (missing.length > 0) console.log(`NOT TESTED, because not set: ${missing.join(", ")}`);
  console.log(`NOT RUN, because they are about the embedded default: ${EMBEDDED_ONLY.join(", ")}`);
}

function endToEnd(): string[] {
  const folder = path.join(ROOT, "tests/e2e");
  const files = readdirSync(folder).filter((name) => name.endsWith(".test.ts"));
  return files.filter((name) => !EMBEDDED_ONLY.includes(name)).map((name) => `tests/e2e/${name}`);
}

const runs = [
  // First, because it seeds the database of this run, and because each gateway fills the engines with every tenant that
  // it finds there: those of the contract suites are many.
  ["--project", "stores", ...endToEnd()],
  // On an embedded PostgreSQL the ordinary run has done the contract suites already. What is not one, but PostgreSQL's
  // alone, it has done too, on the same server of another build.
  ...(isSet("POSTGRES_URL") ? [["--project", "stores", "contract.test.ts"]] : []),
  ["--project", "engines"],
  // Some of what `npm run test:isolation -- --mutants` takes out, others each time.
  ["--project", "engine-mutants"],
];

let running: ChildProcess | undefined;
let stopped = false;
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.on(signal, () => {
    stopped = true;
    running?.kill(signal);
  });

/** Exit code of one run of the tests. */
async function vitest(args: string[], env: Environment): Promise<number> {
  if (stopped) return 1;
  return new Promise((resolve) => {
    const child = spawn("npx", ["vitest", "run", ...args], { stdio: "inherit", env });
    running = child;
    child.once("error", () => resolve(1));
    child.once("close", (code) => resolve(code ?? 1));
  });
}

tell();
const ground = await makeGround(environment);
let failed = 0;
try {
  for (const args of runs) if ((await vitest(args, ground.env)) !== 0) failed += 1;
} finally {
  await ground.remove();
}
tell();
console.log(failed === 0 && !stopped ? "All passed." : `${failed} of ${runs.length} runs failed.`);
process.exit(failed === 0 && !stopped ? 0 : 1);
