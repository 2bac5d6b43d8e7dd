// Measures every batch call of the domains that have engines of their own, beside the same call on PostgreSQL, with
// 3,201 and with 102,432 titles, and how fast the engines are filled.
//
//   eval "$(npm run --silent engines -- env)"
//   npm run bench:engines -- [--small URL] [--large URL] [--rounds N] [--sets N] [--only NAME …] [--filled] [--keep] [--write]
//
// The engines are those of MONGODB_URL, OPENSEARCH_URL and NEO4J_URL. --small and --large are PostgreSQL databases of
// the run's own on any server, by default two beside that of POSTGRES_URL; what is missing in them is made and seeded
// (the large one takes five minutes, once). The engines are filled, measured, and rid of the run's tenants at the end:
// --keep leaves them filled, and --filled takes them as a run with --keep has left them. --write stores the figures in
// bench/results/engines.md and in docs/engines.md; --only measures one domain, or one method.
import { join } from "node:path";
import { parseArgs } from "node:util";
import { pathToFileURL } from "node:url";

import { CALLS, drawMaterial, drawOf } from "./engine-calls.mjs";
import { fill } from "./engine-filling.mjs";
import { writeReport } from "./engine-report.mjs";
import { ensureSeeded, removeTenant } from "./engine-setup.mjs";

const { values: args } = parseArgs({
  options: {
    small: { type: "string" },
    large: { type: "string" },
    rounds: { type: "string", default: "7" },
    sets: { type: "string", default: "40" },
    only: { type: "string", multiple: true },
    filled: { type: "boolean", default: false },
    keep: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
  },
});
const root = join(import.meta.dirname, "..");
const load = (path) => import(pathToFileURL(join(root, "dist", path)).href);
const { openStores } = await load("datasources/stores/stores.js");
const { CallLog } = await load("datasources/core/store-request.js");
const { sortName } = await load("datasources/catalog/sort-name.js");

const TENANT = "meridian";
const DEADLINE_MS = 30_000;
const STORE_OF = { catalog: "MONGODB", search: "OPENSEARCH", recommendations: "NEO4J" };
const engines = enginesOf(process.env);
const sizes = [
  { name: "small", scale: 1, url: args.small ?? besides(process.env.POSTGRES_URL, "marquee_bench_small") },
  { name: "large", scale: 32, url: args.large ?? besides(process.env.POSTGRES_URL, "marquee_bench_large") },
];

const calls = CALLS.filter(
  ({ domain, method }) => !args.only || args.only.includes(domain) || args.only.includes(method),
);
const opened = [];
try {
  for (const size of sizes) await ensureSeeded(size, { root, tenant: TENANT });
  if (!args.filled) for (const size of sizes) size.filling = await fill(size, { root, tenant: TENANT });
  for (const size of sizes) await open(size);
  const figures = await measure();
  const versions = await versionsOf(sizes[0].engines);
  await writeReport({ sizes, figures, versions, rounds: args.rounds, sets: args.sets, write: args.write });
} finally {
  for (const stores of opened) await stores.close();
  if (!args.keep) for (const size of sizes) if (size.tenant) await removeTenant(engines, size.tenant, load);
}

function enginesOf(env) {
  const missing = ["MONGODB_URL", "OPENSEARCH_URL", "NEO4J_URL"].filter((name) => !env[name]);
  if (missing.length > 0) {
    console.error(`Which engines? ${missing.join(", ")} not set: eval "$(npm run --silent engines -- env)"`);
    process.exit(2);
  }
  const address = (url) => ({ url, caFile: undefined });
  return {
    mongodb: address(env.MONGODB_URL),
    opensearch: address(env.OPENSEARCH_URL),
    neo4j: address(env.NEO4J_URL),
    deadlineMs: DEADLINE_MS,
  };
}

function besides(postgresUrl, database) {
  if (!postgresUrl) {
    console.error("Which PostgreSQL? Set POSTGRES_URL, or name two databases with --small URL --large URL");
    process.exit(2);
  }
  const url = new URL(postgresUrl);
  url.pathname = `/${database}`;
  return url.href;
}

/** Opens the stores of a size twice, with engines and without, and draws what its calls ask for. */
async function open(size) {
  const options = { postgresUrl: size.url, dataFolder: "", log: console.error };
  size.standby = await openStores(options);
  opened.push(size.standby);
  size.engines = await openStores({ ...options, engines });
  opened.push(size.engines);
  size.tenant = await size.standby.tenants.bySlug(TENANT);
  for (const target of size.engines.projections) {
    if (!calls.some(({ domain }) => domain === target.domain)) continue;
    await target.prepare();
    const { live } = await target.status(size.tenant);
    if (!live) throw new Error(`${target.store} has not been filled with ${size.name}`);
  }
  size.titles = await size.standby.titleVersions.countInForce(size.tenant);
  size.material = await drawMaterial(size.standby.titleVersions.inForce(size.tenant), sortName);
}

/** Rounds of every call on every store and size in turn. The first round warms up. */
async function measure() {
  const figures = calls.map((call) => ({ call, cells: sizes.flatMap((size) => cellsOf(call, size)) }));
  for (let round = 0; round <= Number(args.rounds); round += 1) {
    for (const { call, cells } of figures) {
      for (const cell of cells) cell.rounds.push([]);
      for (let set = 0; set < Number(args.sets); set += 1) {
        for (const cell of turned(cells, round + set)) await timed(call, cell, set);
      }
    }
    console.error(round === 0 ? "Warmed up" : `Round ${round} of ${args.rounds} done`);
  }
  for (const { cells } of figures) for (const cell of cells) cell.rounds.shift();
  compareRows(figures);
  return figures;
}

function cellsOf(call, size) {
  return [
    { size, stores: size.standby, store: "POSTGRES" },
    { size, stores: size.engines, store: STORE_OF[call.domain] },
  ].map((cell) => ({ ...cell, rounds: [], rows: new Map() }));
}

/** One call, and the proof that the store meant has answered, in one round trip. */
async function timed(call, cell, set) {
  const given = call.arguments(drawOf(cell.size.material, set));
  const request = { tenant: cell.size.tenant, calls: new CallLog() };
  const started = performance.now();
  const answer = await call.ask(cell.stores, request, given);
  cell.rounds.at(-1).push(performance.now() - started);
  cell.rows.set(set, call.rows(answer));
  const made = request.calls.calls;
  // Completing nothing needs no call.
  const expected = made.length === 0 && call.method === "suggest" ? 0 : 1;
  if (made.length !== expected || made.some(({ store }) => store !== cell.store)) {
    throw new Error(`${call.domain}.${call.method} made these calls, not one: ${JSON.stringify(made)}`);
  }
}

function turned(list, by) {
  const at = by % list.length;
  return [...list.slice(at), ...list.slice(0, at)];
}

/** Notes where engine and PostgreSQL answered different numbers of rows; where they must not, says so and fails. */
function compareRows(figures) {
  for (const { call, cells } of figures) {
    for (const size of sizes) {
      const [standby, engine] = cells.filter((cell) => cell.size === size);
      const sets = [...standby.rows.keys()];
      const differing = sets.filter((set) => standby.rows.get(set) !== engine.rows.get(set));
      engine.sameRows = 1 - differing.length / sets.length;
      if (!call.exact || differing.length === 0) continue;
      console.error(
        `${call.method} (${call.asks}), ${size.name}: ${differing.length} of ${sets.length} answers have another number of rows`,
        differing.slice(0, 5).map((set) => [set, standby.rows.get(set), engine.rows.get(set)]),
      );
      process.exitCode = 1;
    }
  }
}

async function versionsOf(stores) {
  return Object.fromEntries((await stores.health()).map(({ store, version }) => [store, version]));
}
