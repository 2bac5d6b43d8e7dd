// What a start, a restart and a crowd cost: how soon a gateway serves and how long its first answers take, requests while
// gateways are replaced one after the other, memory with five hundred connections, and a thousand tenants in one process.
//
//   npm run bench:restarts -- [--only start,rolling,memory,tenants] [--write]
//
// Starts PostgreSQL servers and gateways of its own in folders of its own, and removes them. --write stores the figures in
// bench/results/restarts.md; parts that were left out stay there as they are. Ends with 1 where a figure misses its goal.
import path from "node:path";
import { parseArgs } from "node:util";

import { ROOT } from "../scripts/environment.js";
import { findingsOf } from "./findings.js";
import { connections } from "./restarts/connections.js";
import { rolling } from "./restarts/rolling.js";
import { starts } from "./restarts/starts.js";
import { thousandTenants } from "./restarts/thousand-tenants.js";

const { values: args } = parseArgs({
  options: {
    only: { type: "string", default: "start,rolling,memory,tenants" },
    starts: { type: "string", default: "11" },
    restarts: { type: "string", default: "50" },
    seconds: { type: "string", default: "60" },
    tenants: { type: "string", default: "1000" },
    write: { type: "boolean", default: false },
  },
});
const HEAD =
  "# Starts, restarts, connections, tenants\n\nWritten by `npm run bench:restarts -- --write`; the head of bench/restarts.ts says how to run it. Gateways, PostgreSQL and what asks them share the machine.";

const isMet = await findingsOf(
  HEAD,
  {
    start: () => starts(Number(args.starts)),
    rolling: () => rolling(Number(args.restarts)),
    memory: () => connections(Number(args.seconds)),
    tenants: () => thousandTenants(Number(args.tenants)),
  },
  {
    only: args.only.split(","),
    ...(args.write && { file: path.join(ROOT, "bench/results/restarts.md") }),
  },
);
process.exitCode = isMet ? 0 : 1;
