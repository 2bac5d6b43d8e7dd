// Two hundred tenants on one gateway, twenty of them with servers of their own: memory and connections, what one that asks
// twenty times its share costs the others, guessed passwords and what they cost others, whether sign-in tells an account
// from none by its time, and how soon a session, a role, a profile or an account is over at two gateways.
//
//   npm run bench:tenants -- [--only pools,fairness,timing,revocation,guessing] [--rounds N] [--seconds S] [--write]
//
// Starts PostgreSQL servers and gateways of its own in folders of its own, and removes them. --write stores the figures in
// bench/results/tenants.md; parts that were left out stay there as they are. Ends with 1 where a figure misses its goal.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";

import prettier from "prettier";

import { ROOT } from "../scripts/environment.js";
import { placeOn } from "../scripts/pressure/processors.js";
import { fairness } from "./tenants/fairness.js";
import { makeTenantsGround, type TenantsGround } from "./tenants/ground.js";
import { guessing } from "./tenants/guessing.js";
import { pools } from "./tenants/pools.js";
import { report, withOthers, type Finding } from "./tenants/report.js";
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
const RESULTS = path.join(ROOT, "bench/results/tenants.md");
const [rounds, seconds] = [Number(args.rounds), Number(args.seconds)];
const PARTS: Record<string, (ground: TenantsGround) => Promise<Finding>> = {
  pools: (ground) => pools(ground, seconds / 2),
  fairness: (ground) => fairness(ground, { rounds, seconds }),
  timing,
  revocation,
  // Last: it ends with more than a tenant may have evaluated in a minute.
  guessing: (ground) => guessing(ground, Math.ceil(rounds / 2)),
};

// What is started from here on inherits it.
placeOn("gateway", process.pid);
const ground = await makeTenantsGround({
  tenants: Number(args.tenants),
  dedicated: Number(args.dedicated),
  servers: 4,
});
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => void ground.close().finally(() => process.exit(1)));
const findings: Finding[] = [];
try {
  placeOn("load", process.pid);
  for (const name of args.only.split(",")) {
    const part = PARTS[name];
    if (!part) throw new Error(`--only ${name}: accepted are ${Object.keys(PARTS).join(", ")}`);
    console.error(`${name} …`);
    const found = await part(ground);
    console.error(report([found]));
    findings.push(found);
    await keep();
  }
} finally {
  await ground.close();
}
console.log(report(findings));
process.exitCode = findings.some(({ missed }) => missed.length > 0) ? 1 : 0;

/** What there is until now: a run that is ended has measured something. */
async function keep(): Promise<void> {
  if (!args.write) return;
  const text = await prettier.format(report(findings), { parser: "markdown", printWidth: 110 });
  writeFileSync(RESULTS, withOthers(text, existsSync(RESULTS) ? readFileSync(RESULTS, "utf8") : ""));
}
