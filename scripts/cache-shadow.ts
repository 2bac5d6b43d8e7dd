// What `npm run test:cache-shadow` runs: two gateways answer from PostgreSQL and compare that with what they keep, in
// memory and for each other, while titles are written a hundred times a second. Prints how many answers were compared,
// and fails where one differed.
import { parseArgs } from "node:util";

import { runTestFiles } from "./vitest-run.js";

const HELP = `Usage: npm run test:cache-shadow -- [options]

  --reads N       answers to compare, by key (default 1000000)
  --writes N      writes a second meanwhile (default 100)
  --minutes N     ends after so many, whatever was compared by then
`;

const { values } = parseArgs({
  options: {
    help: { type: "boolean", default: false },
    reads: { type: "string", default: "1000000" },
    writes: { type: "string", default: "100" },
    minutes: { type: "string", default: "0" },
  },
});

if (values.help) console.log(HELP);
else
  process.exitCode = await runTestFiles(["tests/integration/cache-shadow.test.ts"], {
    MARQUEE_TEST_SHADOW_READS: values.reads,
    MARQUEE_TEST_SHADOW_WRITES: values.writes,
    MARQUEE_TEST_SHADOW_MINUTES: values.minutes,
  });
