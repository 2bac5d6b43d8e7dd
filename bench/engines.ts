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
import { parseArgs } from "node:util";

import { sortName } from "../packages/names/index.js";
import { CallLog, type StoreName } from "../datasources/core/store-request.js";
import { type Tenant } from "../datasources/core/tenant.js";
import { openStores, type Stores } from "../datasources/stores/stores.js";
import { environment } from "../scripts/environment.js";
import {
  CALLS,
  drawMaterial,
  drawOf,
  type Call,
  type Material,
  type MeasuredDomain,
} from "./engine-calls.js";
import { fill, type Filling } from "./engine-filling.js";
import { writeReport, type MeasuredCell } from "./engine-report.js";
import { ensureSeeded, enginesOf, needed, removeTenant, type Size } from "./engine-setup.js";
import { testAccountKeys } from "../scripts/test-keys.js";

/** A size with its stores open, and what its calls are drawn from. */
interface OpenSize extends Size {
  /** PostgreSQL alone. */
  standby: Stores;
  /** The engines as well. */
  engines: Stores;
  tenant: Tenant;
  titles: number;
  material: Material;
  filling?: Filling[];
}

/** A call on one store with one size. */
interface Cell extends MeasuredCell {
  size: OpenSize;
  stores: Stores;
  /** How many rows were answered, by set. */
  rows: Map<number, number>;
}

interface Measured {
  call: Call;
  cells: Cell[];
}

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

const TENANT = "meridian";
const DEADLINE_MS = 30_000;
const STORE_OF: Record<MeasuredDomain, StoreName> = {
  catalog: "MONGODB",
  search: "OPENSEARCH",
  recommendations: "NEO4J",
};
const rounds = Number(args.rounds);
const sets = Number(args.sets);
const engines = enginesOf(environment, DEADLINE_MS);
const sizes: Size[] = [
  { name: "small", scale: 1, url: args.small ?? besides("marquee_bench_small") },
  { name: "large", scale: 32, url: args.large ?? besides("marquee_bench_large") },
];

const calls = CALLS.filter(
  ({ domain, method }) => !args.only || args.only.includes(domain) || args.only.includes(method),
);
const opened: Stores[] = [];
const tenants: Tenant[] = [];
try {
  for (const size of sizes) await ensureSeeded(size, TENANT);
  const filled: (Size & { filling?: Filling[] })[] = [];
  for (const size of sizes) filled.push(args.filled ? size : { ...size, filling: await fill(size, TENANT) });
  const open: OpenSize[] = [];
  for (const size of filled) open.push(await openSize(size));
  const figures = await measure(open);
  const versions = await versionsOf(open[0]!.engines);
  await writeReport({ sizes: open, figures, versions, rounds, sets }, args.write);
} finally {
  for (const stores of opened) await stores.close();
  if (!args.keep) for (const tenant of tenants) await removeTenant(engines, tenant);
}

/** A database beside that of POSTGRES_URL. */
function besides(database: string): string {
  const url = new URL(needed(environment, "POSTGRES_URL"));
  url.pathname = `/${database}`;
  return url.href;
}

/** Opens the stores of a size twice, with engines and without, and draws what its calls ask for. */
async function openSize(size: Size & { filling?: Filling[] }): Promise<OpenSize> {
  const options = { postgresUrl: size.url, accountKeys: testAccountKeys, dataFolder: "", log: console.error };
  const standby = await openStores(options);
  opened.push(standby);
  const withEngines = await openStores({ ...options, engines });
  opened.push(withEngines);
  const tenant = await standby.tenants.bySlug(TENANT);
  if (!tenant) throw new Error(`${size.name} has no tenant ${TENANT}`);
  tenants.push(tenant);
  await assertFilled(withEngines, tenant, size.name);
  const titles = await standby.titleVersions.countInForce(tenant);
  const material = await drawMaterial(standby.titleVersions.inForce(tenant), sortName);
  return { ...size, standby, engines: withEngines, tenant, titles, material };
}

async function assertFilled({ projections }: Stores, tenant: Tenant, name: string): Promise<void> {
  for (const target of projections) {
    if (!calls.some(({ domain }) => domain === target.domain)) continue;
    await target.prepare();
    const { live } = await target.status(tenant);
    if (!live) throw new Error(`${target.store} has not been filled with ${name}`);
  }
}

/** Rounds of every call on every store and size in turn. The first round warms up. */
async function measure(open: readonly OpenSize[]): Promise<Measured[]> {
  const figures = calls.map((call) => ({ call, cells: open.flatMap((size) => cellsOf(call, size)) }));
  for (let round = 0; round <= rounds; round += 1) {
    for (const { call, cells } of figures) {
      for (const cell of cells) cell.rounds.push([]);
      for (let set = 0; set < sets; set += 1) {
        for (const cell of turned(cells, round + set)) await timed(call, cell, set);
      }
    }
    console.error(round === 0 ? "Warmed up" : `Round ${round} of ${rounds} done`);
  }
  for (const { cells } of figures) for (const cell of cells) cell.rounds.shift();
  for (const figure of figures) for (const size of open) compareRows(figure, size);
  return figures;
}

function cellsOf(call: Call, size: OpenSize): Cell[] {
  const cell = (store: StoreName, stores: Stores): Cell => {
    return { size, store, stores, rounds: [], rows: new Map(), sameRows: 1 };
  };
  return [cell("POSTGRES", size.standby), cell(STORE_OF[call.domain], size.engines)];
}

/** One question, and the proof that the store meant has answered, in as many round trips as it takes there. */
async function timed(call: Call, cell: Cell, set: number): Promise<void> {
  const ask = call.draw(drawOf(cell.size.material, set));
  const request = { tenant: cell.size.tenant, calls: new CallLog() };
  const started = performance.now();
  const rows = await ask(cell.stores, request);
  cell.rounds.at(-1)!.push(performance.now() - started);
  cell.rows.set(set, rows);
  const made = request.calls.calls;
  if (!tripsOf(call, cell).includes(made.length) || made.some(({ store }) => store !== cell.store)) {
    throw new Error(`${call.domain}.${call.method} made other calls than it takes: ${JSON.stringify(made)}`);
  }
}

function tripsOf({ method }: Call, { store }: Cell): number[] {
  // Completing nothing needs no call.
  if (method === "suggest") return [0, 1];
  // MongoDB finds the titles of a name by an index only where it is told the name.
  return [method === "genres" && store === "MONGODB" ? 2 : 1];
}

function turned<T>(list: readonly T[], by: number): T[] {
  const at = by % list.length;
  return [...list.slice(at), ...list.slice(0, at)];
}

/** Notes where engine and PostgreSQL answered different numbers of rows; where they must not, says so and fails. */
function compareRows({ call, cells }: Measured, size: OpenSize): void {
  const [standby, engine] = cells.filter((cell) => cell.size === size);
  if (!standby || !engine) return;
  const asked = [...standby.rows.keys()];
  const differing = asked.filter((set) => standby.rows.get(set) !== engine.rows.get(set));
  engine.sameRows = 1 - differing.length / asked.length;
  if (!call.exact || differing.length === 0) return;
  console.error(
    `${call.method} (${call.asks}), ${size.name}: ${differing.length} of ${asked.length} answers have another number of rows`,
    differing.slice(0, 5).map((set) => [set, standby.rows.get(set), engine.rows.get(set)]),
  );
  process.exitCode = 1;
}

async function versionsOf(stores: Stores): Promise<Partial<Record<StoreName, string>>> {
  return Object.fromEntries((await stores.health()).map(({ store, version }) => [store, version]));
}
