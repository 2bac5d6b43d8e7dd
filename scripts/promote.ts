// What `npm run test:promote` runs: tenants are moved between the shared tables, a schema of their own and servers of their
// own while two gateways write and read, and the process that moves them is killed at random while it does. Nothing may be
// lost or doubled, no read may fail, and nobody may be kept from writing for longer than 200 ms. It prints how each killed
// move ended, and the longest that writes were held. On the embedded default, or on the engines that are set.
import { parseArgs } from "node:util";

import { runTestFiles } from "./vitest-run.js";

const HELP = `Usage: npm run test:promote -- [options]

  --kills N       how often a move is killed (default 50)
  --seed N        repeats a run
`;

const { values } = parseArgs({
  options: {
    help: { type: "boolean", default: false },
    kills: { type: "string", default: "50" },
    seed: { type: "string" },
  },
});

if (values.help) console.log(HELP);
else
  process.exitCode = await runTestFiles(["tests/integration/tenant-moves.test.ts"], {
    MARQUEE_TEST_PROMOTE_KILLS: values.kills,
    ...(values.seed !== undefined && { MARQUEE_TEST_SEED: values.seed }),
  });
