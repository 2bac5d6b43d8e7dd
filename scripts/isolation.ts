// What `npm run test:isolation` runs: everything that one tenant is told, tried under another wherever the schema takes it,
// for every pair of tiers; then every policy of the shared tables taken out in turn. On the embedded default, or on the
// engines that are set. Prints its seed and figures.
import { parseArgs } from "node:util";

import { runTestFiles } from "./vitest-run.js";

const HELP = `Usage: npm run test:isolation -- [options]

  --attempts N    how many (default 100000)
  --minutes N     begins no further attempt after so many (default 110)
  --seed N        repeats a run
`;

const { values } = parseArgs({
  options: {
    help: { type: "boolean", default: false },
    attempts: { type: "string", default: "100000" },
    minutes: { type: "string" },
    seed: { type: "string" },
  },
});

if (values.help) console.log(HELP);
else
  process.exitCode = await runTestFiles(["tests/e2e/isolation-attempts.test.ts"], {
    MARQUEE_TEST_ISOLATION: values.attempts,
    ...(values.minutes !== undefined && { MARQUEE_TEST_ISOLATION_MINUTES: values.minutes }),
    ...(values.seed !== undefined && { MARQUEE_TEST_SEED: values.seed }),
  });
