// Two hundred tenants on one gateway, twenty of them with servers of their own: memory and connections, what one that asks
// twenty times its share costs the others, guessed passwords and what they cost others, whether sign-in tells an account
// from none by its time, and how soon a session, a role, a profile or an account is over at two gateways.
//
//   npm run bench:tenants -- [--only pools,fairness,timing,revocation,guessing] [--rounds N] [--seconds S] [--write]
//
// Starts PostgreSQL servers and gateways of its own in folders of its own, and removes them. --write stores the figures in
// bench/results/tenants.md; parts that were left out stay there as they are. Ends with 1 where a figure misses its goal.
import path from "node:path";
import { parseArgs } from "node:util";

import { ROOT } from "../scripts/environment.js";
import { placeOn } from "../scripts/pressure/processors.js";
import { findingsOf, type Finding } from "./findings.js";
import { fairness } from "./tenants/fairness.js";
import { makeTenantsGround } from "./tenants/ground.js";
import { guessing } from "./tenants/guessing.js";
import { pools } from "./tenants/pools.js";
import { revocation } from "./tenants/revocation.js";
import { timing } from "./tenants/timing.js";

const { values: args } = parseArgs({
  options: {
    only: { type: "string", default: "pools,fairness,timing,revocation,guessing" },
    tenants: { type: "string", default: "200" },
    dedicated: { type: "string", default: "20" },
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "12" },
    write: { type: "boolean", default: false },
  },
});
const [rounds, seconds] = [Number(args.rounds), Number(args.seconds)];
const HEAD =
  "# Two hundred tenants\n\nWritten by `npm run bench:tenants -- --write`; the head of bench/tenants.ts says how to run it. Gateways and PostgreSQL have one processor, what asks them the other.";

// What is started from here on inherits it.
placeOn("gateway", process.pid);
const ground = await makeTenantsGround({
  tenants: Number(args.tenants),
  dedicated: Number(args.dedicated),
  servers: 4,
});
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => void ground.close().finally(() => process.exit(1)));
try {
  placeOn("load", process.pid);
  const parts: Record<string, () => Promise<Finding>> = {
    pools: () => pools(ground, seconds / 2),
    fairness: () => fairness(ground, { rounds, seconds }),
    timing: () => timing(ground),
    revocation: () => revocation(ground),
    // Last: it ends with more than a tenant may have evaluated in a minute.
    guessing: () => guessing(ground, Math.ceil(rounds / 2)),
  };
  const isMet = await findingsOf(HEAD, parts, {
    only: args.only.split(","),
    ...(args.write && { file: path.join(ROOT, "bench/results/tenants.md") }),
  });
  process.exitCode = isMet ? 0 : 1;
} finally {
  await ground.close();
}
