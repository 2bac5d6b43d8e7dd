// What `npm run test:faults` runs: a gateway over the four engines of `npm run engines` under a steady read load, while
// each engine in turn is paused and killed. Ends with 1 when a field of another store was lost.
import { spawnSync } from "node:child_process";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";

import { environment, ROOT } from "./environment.js";
import { findProcess, kill, pause, resume } from "./engines/processes.js";
import { ENGINES, PROCESSES, readSettings, type Engine, type Settings } from "./engines/settings.js";
import { START } from "./engines/start.js";
import { readiness, startGateway, type Gateway } from "./faults/gateway.js";
import { Load } from "./faults/load.js";

const HELP = `Usage: npm run test:faults -- [options]

  --kills N       how often each engine is killed (default 50)
  --pause S       seconds that each engine is paused before (default 6; 0 for not at all)
  --every N       every Nth kill waits until the engine answers again; the others strike again after --patience,
                  wherever the engine is in starting (default 1 for postgres and mongodb, 10 for the JVMs)
  --patience S    seconds (default 3)
  --deadline MS   of the gateway's store calls (default 2000; more where the machine is too busy to answer in time)
  --rate N        requests a second, five fields each (default 10)
  --engines A,B   which engines (default: all)

It kills engines: use a set of your own, MARQUEE_ENGINES_PORT=… npm run engines -- up.
`;

const NOTICE_MS = 10_000;
/** Known to have neighbours in the demo catalogue. */
const TITLE = "Title:film-the-godfather-part-ii-1974";

const OPTIONS = {
  kills: { type: "string", default: "50" },
  pause: { type: "string", default: "6" },
  every: { type: "string" },
  patience: { type: "string", default: "3" },
  deadline: { type: "string", default: "2000" },
  rate: { type: "string", default: "10" },
  title: { type: "string", default: TITLE },
  engines: { type: "string", default: ENGINES.join(",") },
  help: { type: "boolean", default: false },
} as const;

type Options = ReturnType<typeof readOptions>;

/** What a round works on. */
interface Round {
  settings: Settings;
  gateway: Gateway;
  load: Load;
  options: Options;
}

function readOptions() {
  return parseArgs({ options: OPTIONS }).values;
}

async function main(): Promise<void> {
  const values = readOptions();
  if (values.help) return console.log(HELP);
  const unknown = values.engines.split(",").find((name) => !(ENGINES as readonly string[]).includes(name));
  if (unknown !== undefined) {
    console.error(`There is no engine "${unknown}": one of ${ENGINES.join(", ")}.`);
    return void (process.exitCode = 2);
  }
  const settings = readSettings(environment);
  const up = spawnSync(process.execPath, [path.join(ROOT, "dist/scripts/engines.js"), "up"], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (up.status !== 0) return void (process.exitCode = 1);
  const logFile = path.join(settings.set, "gateway.log");
  const gateway = await startGateway(settings.url, values.deadline, logFile);
  const load = new Load(gateway, values.title, 1000 / Number(values.rate));
  const begun = new Date();
  try {
    await load.start();
    const engines = ENGINES.filter((engine) => values.engines.split(",").includes(engine));
    const round = { settings, gateway, load, options: values };
    for (const engine of Number(values.pause) > 0 ? engines : [])
      await report(load, `${engine} paused for ${values.pause} s`, () => freeze(round, engine));
    for (const engine of Number(values.kills) > 0 ? engines : [])
      await report(load, `${engine} killed ${values.kills} times`, () => killOften(round, engine));
  } finally {
    await load.stop();
    await gateway.close();
  }
  const { lost, undeclared, answers, fields, skipped } = load.counts;
  console.log(
    `${begun.toISOString()} to ${new Date().toISOString()}: ${answers} answers, ${fields} fields, ${skipped} requests held back`,
  );
  console.log(
    `Fields of the other stores lost: ${lost}. Fields of the dead store without a declared answer: ${undeclared}.`,
  );
  if (load.examples.length > 0) console.log(`The gateway's log: ${logFile}. The first of them:`);
  for (const example of load.examples) console.log(JSON.stringify(example));
  if (lost + undeclared > 0) process.exitCode = 1;
}

/** Runs one round and prints what it cost. */
async function report(load: Load, title: string, round: () => Promise<string>): Promise<void> {
  const before = { ...load.counts };
  load.slowest = 0;
  const begun = performance.now();
  const note = await round();
  const spent = (name: keyof typeof before) => load.counts[name] - before[name];
  const seconds = ((performance.now() - begun) / 1000).toFixed(0);
  console.log(
    `${title}: ${seconds} s, ${note}; ${spent("answers")} answers, slowest ${load.slowest.toFixed(0)} ms; ` +
      `its own fields: ${spent("fallback")} by fallback, ${spent("coded")} null with its code, ${spent("undeclared")} otherwise; others lost: ${spent("lost")}`,
  );
}

async function freeze({ settings, gateway, load, options }: Round, engine: Engine): Promise<string> {
  load.goesDown(engine);
  const pids = PROCESSES[engine].flatMap((name) => findProcess(settings.set, name)?.pid ?? []);
  pids.forEach(pause);
  const noticed = await untilNoticed(gateway, engine);
  await sleep(Number(options.pause) * 1000);
  pids.forEach(resume);
  const resumed = performance.now();
  await load.isBack(engine);
  return `noticed after ${noticed} ms, back ${Math.round(performance.now() - resumed)} ms after it went on`;
}

async function killOften({ settings, gateway, load, options }: Round, engine: Engine): Promise<string> {
  const { kills, every, patience } = options;
  const jvm = engine === "opensearch" || engine === "neo4j";
  const full = Number(every ?? (jvm ? 10 : 1));
  const waits: { noticed: number[]; back: number[] } = { noticed: [], back: [] };
  let killed = 0;
  while (killed < Number(kills)) {
    load.goesDown(engine);
    for (const name of [...PROCESSES[engine]].reverse()) await kill(settings.set, name);
    killed += 1;
    waits.noticed.push(await untilNoticed(gateway, engine));
    // One that is killed while it starts says so; only the last start counts.
    const starting = START[engine](settings).then(
      () => null,
      (error: unknown) => error,
    );
    if (killed % full !== 0 && killed < Number(kills)) {
      await Promise.race([starting, sleep(Number(patience) * 1000)]);
      continue;
    }
    const failure = await starting;
    if (failure !== null) throw failure as Error;
    const ready = performance.now();
    await load.isBack(engine);
    waits.back.push(Math.round(performance.now() - ready));
  }
  const { length } = waits.back;
  return `noticed after ${median(waits.noticed)} ms, ${length} times waited until it answered again, ${median(waits.back)} ms after it was ready`;
}

/** Milliseconds until the gateway says that the engine is down. */
async function untilNoticed(gateway: Gateway, engine: Engine): Promise<number> {
  const begun = performance.now();
  while (performance.now() - begun < NOTICE_MS) {
    const health = await readiness(gateway.operationsUrl);
    if (health?.stores.some(({ store, state }) => store === engine.toUpperCase() && state === "DOWN"))
      return Math.round(performance.now() - begun);
    await sleep(20);
  }
  throw new Error(`The gateway has not noticed within ${NOTICE_MS} ms that ${engine} is down.`);
}

/** NaN for none. */
function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? NaN;
}

await main();
