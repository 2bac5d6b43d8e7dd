// What `npm run test:fuzz` runs: every argument of the schema with every payload, as everybody who may ask, and as many
// odd HTTP requests; on the embedded default, or on the engines that are set. Prints its seed and figures.
import { parseArgs } from "node:util";

import { runTestFiles } from "./vitest-run.js";

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

if (values.help) console.log(HELP);
else
  process.exitCode = await runTestFiles(FILES, {
    MARQUEE_TEST_FUZZ_PAYLOADS: values.payloads,
    MARQUEE_TEST_FUZZ: values.requests,
    ...(values.seed !== undefined && { MARQUEE_TEST_SEED: values.seed }),
  });
