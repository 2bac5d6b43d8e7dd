// Measures how soon a write shows in each projection, at rising rates and with poison in the stream, on the four engines
// and on PostgreSQL alone.
//
//   eval "$(npm run --silent engines -- env)"
//   npm run bench:projections -- [--rates 100,200,300,500] [--seconds S] [--poison-rate N] [--only engines|postgres]
//     [--profile DIR] [--write]
//
// The run makes a database of its own beside that of POSTGRES_URL, fills the engines of MONGODB_URL, OPENSEARCH_URL and
// NEO4J_URL from it, and removes both at the end. --poison-rate is the rate of the comparison with and without poison
// (0: none), --profile makes the gateways leave CPU profiles in a folder. --write stores the figures in bench/results/projections.md.
import { writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";

import pg from "pg";
import prettier from "prettier";

import { openStores } from "../datasources/stores/stores.js";
import { environment, ROOT } from "../scripts/environment.js";
import { needed } from "./engine-setup.js";
import { watchCores } from "./projections/busy.js";
import { prepare, type Ground } from "./projections/ground.js";
import { Load } from "./projections/load.js";
import { poison, setAside } from "./projections/poison.js";
import { percentiles, report, type Part, type Step } from "./projections/report.js";
import { sightingsOf, type Sighting } from "./projections/sightings.js";
import { testAccountKeys } from "../scripts/test-keys.js";

const { values: args } = parseArgs({
  options: {
    rates: { type: "string", default: "100,200,300,500" },
    seconds: { type: "string", default: "15" },
    "poison-rate": { type: "string", default: "100" },
    only: { type: "string" },
    profile: { type: "string" },
    write: { type: "boolean", default: false },
  },
});
const rates = args.rates.split(",").map(Number);
const seconds = Number(args.seconds);
const poisonRate = Number(args["poison-rate"]);
/** The longest that projections may take to follow after a step. Milliseconds. */
const DRAIN_MS = 120_000;
const WARM_UP = { rate: 50, seconds: 5 };
for (const name of ["POSTGRES_URL", "MONGODB_URL", "OPENSEARCH_URL", "NEO4J_URL"]) needed(environment, name);
if (![...rates, seconds].every((value) => value > 0)) {
  console.error("--rates and --seconds are numbers above 0");
  process.exit(2);
}

const parts: Part[] = [];
let versions = "";
for (const { part, name } of [
  { part: "engines", name: "Four engines" },
  { part: "postgres", name: "PostgreSQL alone, as on the embedded default" },
]) {
  if (args.only !== undefined && args.only !== part) continue;
  console.error(`${name}: seeding`);
  const ground = await prepare(part === "engines", args.profile);
  try {
    if (ground.engines) versions = await versionsOf(ground);
    parts.push({ name, ...(await measure(ground)) });
  } finally {
    await ground.stop();
  }
}
const text = await prettier.format(report(parts, { seconds, versions }), {
  parser: "markdown",
  printWidth: 110,
});
console.log(text);
if (args.write) writeFileSync(path.join(ROOT, "bench/results/projections.md"), text);

async function measure(ground: Ground): Promise<Omit<Part, "name">> {
  const sightings = sightingsOf(ground);
  const driver = new Load(ground, sightings);
  const cores = watchCores(ground.pid);
  const step = async (rate: number, length = seconds, label?: string): Promise<Step> => {
    cores();
    sightings.forEach((sighting) => sighting.take());
    const ran = await driver.run(rate, length);
    const used = cores();
    const ended = performance.now();
    await drained(ground, sightings);
    const figures = {
      label,
      rate,
      ...ran,
      ack: percentiles(ran.took),
      seen: Object.fromEntries(sightings.map((each) => [each.name, percentiles(each.take())])),
      used,
      drainedMs: performance.now() - ended,
    };
    console.error(
      `${label ?? rate}: ${JSON.stringify({ ...figures, took: undefined, errors: [...ran.errors] })}`,
    );
    return figures;
  };
  try {
    await step(WARM_UP.rate, WARM_UP.seconds, "warming up");
    const steps: Step[] = [];
    for (const rate of rates) steps.push(await step(rate));
    const poisoned: Step[] = [];
    if (poisonRate > 0) {
      poisoned.push(await step(poisonRate, seconds, `${poisonRate}, no poison`));
      const ending = new AbortController();
      const poisoning = poison(ground, poisonRate / 100, ending.signal);
      poisoned.push(await step(poisonRate, seconds, `${poisonRate}, 1 % poison`));
      ending.abort();
      console.error(`Poison written: ${await poisoning}`);
    }
    return { steps, poisoned, setAside: await setAside(ground) };
  } finally {
    driver.close();
    for (const sighting of sightings) await sighting.stop();
  }
}

/** Resolves when everything waited for has been seen and no good event is left over. */
async function drained({ env }: Ground, sightings: readonly Sighting[]): Promise<void> {
  const client = new pg.Client({ connectionString: env.POSTGRES_URL });
  await client.connect();
  for (const limit = performance.now() + DRAIN_MS; performance.now() < limit; await sleep(50)) {
    const { rowCount } = await client.query(
      `select from marquee.outbox_cursors c join marquee.outbox o on o.partition = c.partition and (o.xid, o.id) > (c.xid, c.id)
       where (c.target like 'recommendations%') = (o.topic <> 'TITLE') and o.recorded_at < now() - interval '0' limit 1`,
    );
    if (rowCount === 0 && sightings.every(({ pending }) => pending === 0)) break;
  }
  await client.end();
}

async function versionsOf({ engines, env }: Ground): Promise<string> {
  const stores = await openStores({
    accountKeys: testAccountKeys,
    postgresUrl: env.POSTGRES_URL,
    dataFolder: "",
    log: console.error,
    engines,
  });
  try {
    return (await stores.health()).map(({ store, version }) => `${store} ${version}`).join(", ");
  } finally {
    await stores.close();
  }
}
