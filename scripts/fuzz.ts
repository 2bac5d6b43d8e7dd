// What `npm run test:fuzz` runs: every argument of the schema with every payload, as everybody who may ask, and as many
// odd HTTP requests; on the embedded default, or on the engines that are set. Prints its seed and figures.
import { spawn } from "node:child_process";
import { parseArgs } from "node:util";

import { environment, type Environment } from "./environment.js";
import { makeGround } from "./test-ground.js";

const HELP = `Usage: npm run test:fuzz -- [options]

  --payloads N    of each argument (default: all)
  --requests N    of each kind of HTTP request (default 2000)
  --seed N        repeats a run
`;
const FILES = ["tests/e2e/argument-fuzz.test.ts", "tests/e2e/http-fuzz.test.ts"];
const ALL = "1000000";

const { values } = parseArgs({
  options: {
    help: { type: "boolean", default: false },
    payloads: { type: "string", default: ALL },
    requests: { type: "string", default: "2000" },
    seed: { type: "string" },
  },
});

/** Exit code of the run. */
function vitest(env: Environment): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn("npx", ["vitest", "run", "--project", "stores", ...FILES], { stdio: "inherit", env });
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill(signal));
    child.once("error", () => resolve(1));
    child.once("close", (code) => resolve(code ?? 1));
  });
}

async function run(): Promise<number> {
  const onEngines = ["POSTGRES_URL", "MONGODB_URL", "OPENSEARCH_URL", "NEO4J_URL"].some(
    (name) => !["embedded:", ""].includes(environment[name] ?? ""),
  );
  const ground = onEngines ? await makeGround(environment) : undefined;
  const asked: Environment = {
    MARQUEE_TEST_FUZZ_PAYLOADS: values.payloads,
    MARQUEE_TEST_FUZZ: values.requests,
    ...(values.seed !== undefined && { MARQUEE_TEST_SEED: values.seed }),
  };
  const ended = vitest({ ...(ground?.env ?? environment), ...asked });
  return ended.finally(() => ground?.remove());
}

if (values.help) console.log(HELP);
else process.exitCode = await run();
