// What `npm run test:isolation` runs: everything that one tenant is told, tried under another wherever the schema takes it,
// for every pair of tiers; then every policy of the shared tables taken out in turn. On the embedded default, or on the
// engines that are set. Prints its seed and figures. With `--mutants`: every place in the program that keeps tenants apart
// is taken out in turn instead, and missed, and every place in what is sent to the engines that are set.
import { parseArgs } from "node:util";

import { environment } from "./environment.js";
import { runTestFiles } from "./vitest-run.js";

const HELP = `Usage: npm run test:isolation -- [options]

  --attempts N    how many (default 100000)
  --minutes N     begins no further attempt after so many (default 110)
  --seed N        repeats a run
  --mutants       takes out what keeps tenants apart, place by place, and says which of them are missed; also in what is
                  sent to MongoDB, OpenSearch and Neo4j, where they are set
  --only TEXT     of the mutants those whose file:line:column matches this regular expression
`;

const { values } = parseArgs({
  options: {
    help: { type: "boolean", default: false },
    attempts: { type: "string", default: "100000" },
    minutes: { type: "string" },
    seed: { type: "string" },
    mutants: { type: "boolean", default: false },
    only: { type: "string", default: "." },
  },
});

/** What is planted in the program, then what is planted in what is sent to engines. Answers the exit code. */
async function runMutants(): Promise<number> {
  const asked = { MARQUEE_TEST_MUTANTS: values.only };
  const files = ["moves", "sealing", "isolation"].map((name) => `tests/mutants/${name}.test.ts`);
  const ofProgram = await runTestFiles(files, asked, "mutants");
  const hasEngines = ["MONGODB_URL", "OPENSEARCH_URL", "NEO4J_URL"].some(
    (name) => !["embedded:", ""].includes(environment[name] ?? ""),
  );
  if (!hasEngines) return ofProgram;
  return (await runTestFiles(["tests/mutants/engines.test.ts"], asked, "engine-mutants")) || ofProgram;
}

if (values.help) console.log(HELP);
else if (values.mutants) process.exitCode = await runMutants();
else
  process.exitCode = await runTestFiles(["tests/e2e/isolation-attempts.test.ts"], {
    MARQUEE_TEST_ISOLATION: values.attempts,
    ...(values.minutes !== undefined && { MARQUEE_TEST_ISOLATION_MINUTES: values.minutes }),
    ...(values.seed !== undefined && { MARQUEE_TEST_SEED: values.seed }),
  });
