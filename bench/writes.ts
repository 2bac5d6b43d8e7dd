// Measures how many writes of progress a gateway on the embedded PostgreSQL acknowledges, and what one costs: load,
// gateway and PostgreSQL share the machine.
//
//   npm run bench:writes -- [--connections 1,16,64,256] [--seconds S] [--profile DIR] [--write]
//
// --profile makes the gateway leave a CPU profile in a folder, --write stores the figures in bench/results/writes.md.
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";

import prettier from "prettier";

import { connect, readWorlds } from "../scripts/kill/worlds.js";
import { environment, ROOT } from "../scripts/environment.js";
import { makeGround } from "../scripts/pressure/ground.js";
import { newTokenKey } from "../scripts/token-key.js";
import { watchProcesses, type UsedCores } from "./projections/busy.js";
import { type Writing, type Written } from "./writes/load.js";

const { values: args } = parseArgs({
  options: {
    connections: { type: "string", default: "1,16,64,256" },
    seconds: { type: "string", default: "10" },
    profile: { type: "string" },
    write: { type: "boolean", default: false },
  },
});
const TENANT = "meridian";
const SIZE = ["--profiles", "1000", "--events", "8000"];
const WARM_UP = { seconds: 4, connections: 64 };

interface Step extends Written {
  connections: number;
  /** Events that one transaction has stored, on average. */
  together: number;
  used: UsedCores;
}

const ground = await makeGround([TENANT], SIZE);
const MARQUEE_TOKEN_KEY = newTokenKey();
const profiling = args.profile ? ["--cpu-prof", `--cpu-prof-dir=${path.resolve(args.profile)}`] : [];
const gateway = await ground.start(
  // The crowd is meant: nobody is to be refused.
  { MARQUEE_TOKEN_KEY, MARQUEE_QUEUE_MS: "30000" },
  profiling,
);
const load = fork(new URL("./writes/load.js", import.meta.url));
try {
  const [world] = await readWorlds({ ...environment, POSTGRES_URL: ground.postgresUrl, MARQUEE_TOKEN_KEY }, [
    TENANT,
  ]);
  const whose = {
    url: gateway.url,
    tokens: [...world!.tokens.values()],
    titles: world!.titles.slice(0, 400),
  };
  const postmaster = Number(
    readFileSync(path.join(ground.folder, "postgres/postmaster.pid"), "utf8").split("\n")[0],
  );
  const cores = watchProcesses({
    gateway: [gateway.child.pid ?? 0],
    postgres: [postmaster],
    load: [load.pid ?? 0],
  });
  await ask(load, { ...whose, ...WARM_UP });
  const steps: Step[] = [];
  for (const connections of args.connections.split(",").map(Number)) {
    cores();
    const before = await transactions();
    const written = await ask(load, { ...whose, connections, seconds: Number(args.seconds) });
    const used = cores();
    const { events, made } = await transactions();
    steps.push({ ...written, connections, used, together: (events - before.events) / (made - before.made) });
    console.error(JSON.stringify(steps.at(-1)));
  }
  const text = await prettier.format(report(steps), { parser: "markdown", printWidth: 110 });
  console.log(text);
  if (args.write) writeFileSync(path.join(ROOT, "bench/results/writes.md"), text);
} finally {
  load.kill();
  await gateway.stop();
  await ground.close();
}

/** Events that were told, and in how many transactions. */
async function transactions(): Promise<{ events: number; made: number }> {
  const client = await connect(ground.postgresUrl);
  const { rows } = await client.query<{ events: number; made: number }>(
    "select count(*)::int as events, count(distinct xmin::text)::int as made from shared.viewing_events where position_seconds is not null",
  );
  await client.end();
  return rows[0]!;
}

async function ask(generator: ChildProcess, writing: Writing): Promise<Written> {
  generator.send(writing);
  const [written] = (await once(generator, "message")) as [Written];
  return written;
}

function report(steps: readonly Step[]): string {
  const each = (step: Step, name: string) =>
    `${(((step.used.cores[name] ?? 0) * step.used.seconds * 1_000) / step.acknowledged).toFixed(2)} ms`;
  const rows = steps.map((step) => [
    String(step.connections),
    step.perSecond.toFixed(0),
    `${step.p50.toFixed(1)} ms / ${step.p99.toFixed(1)} ms`,
    String(step.failed),
    step.together.toFixed(1),
    each(step, "gateway"),
    each(step, "postgres"),
    each(step, "load"),
    (step.used.cores.others ?? 0).toFixed(2),
  ]);
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const heads = [
    "connections",
    "acknowledged/s",
    "after, p50 / p99",
    "failed",
    "in one transaction",
    "CPU of the gateway a write",
    "of PostgreSQL",
    "of the load",
    "cores of others",
  ];
  return [
    "# What a write costs",
    "Written by `npm run bench:writes -- --write`; the head of bench/writes.ts says how to run it.",
    `\`recordProgress\` over HTTP on the embedded PostgreSQL, each connection sending the next write when the one before is acknowledged; 1,000 profiles, 400 titles, ${args.seconds} s a step. Load, gateway (with its projector) and PostgreSQL share one machine with ${cpus().length} cores: "others" is what anything else took of it. Node ${process.versions.node}.`,
    [line(heads), line(heads.map(() => "---:")), ...rows.map(line)].join("\n"),
  ].join("\n\n");
}
