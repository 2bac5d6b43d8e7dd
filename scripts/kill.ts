// What `npm run test:kill` runs: clients write through two gateways over the four engines of `npm run engines`, while
// gateways, projectors and engines are killed at random. At the end everything that was acknowledged has to be in the
// facts once, and every projection has to equal its source. Prints its figures and the seed that repeats its choices.
import { execFile, spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs, promisify } from "node:util";

import { type Client as Database } from "pg";

import { ENGINES, readSettings, type Settings } from "./engines/settings.js";
import { environment, ROOT, type Environment } from "./environment.js";
import { freePorts } from "./gateways.js";
import { Client } from "./kill/clients.js";
import {
  engineVictim,
  gatewayProcess,
  type GatewayName,
  type GatewayVictim,
  type Victim,
  type VictimName,
} from "./kill/cluster.js";
import { judge } from "./kill/judge.js";
import { Ledger } from "./kill/ledger.js";
import { OrderWatch } from "./kill/order.js";
import { converged } from "./kill/verify.js";
import { connect, readWorlds, type World } from "./kill/worlds.js";
import { createRandom, type Random } from "./random.js";
import { newTokenKey } from "./token-key.js";
import { TEST_ACCOUNT_KEY } from "./test-keys.js";

const HELP = `Usage: npm run test:kill -- [options]

  --kills N      how often something is killed (default 500)
  --writes N     acknowledged writes to reach (default 100000); it ends when both are reached
  --clients N    that write at once (default 16)
  --rate N       writes a second that they aim at together (default 150)
  --pause MS     longest time between one kill and the next (default 1500)
  --down N       how many may be down at a time (default 3)
  --converge S   seconds that projections may take to follow everything after the last fault (default 5)
  --seed N       repeats the choices of an earlier run (default: by the clock)

It kills engines: use a set of your own, MARQUEE_ENGINES_PORT=…. The database of the run is dropped at the end.
`;

const TENANTS = ["lumen", "atelier"];
const SEED = ["--seed", "1", "--until", "2026-06-01", "--profiles", "120", "--events", "3000"];
/** How likely each is to be the next, of those that are up; JVMs take their time to start. */
const WEIGHTS: Record<VictimName, number> = {
  gateway1: 4,
  gateway2: 4,
  projector1: 4,
  projector2: 4,
  postgres: 2,
  mongodb: 2,
  opensearch: 1,
  neo4j: 1,
};
/** How long projections are waited for; those that take longer are named. */
const CONVERGED_MS = 120_000;
/** Time between two lines that say how far it is. */
const TELLING_MS = 20_000;
/** A run that gets nowhere is ended. */
const STALLED_MS = 300_000;

interface Options {
  kills: number;
  writes: number;
  clients: number;
  rate: number;
  pause: number;
  down: number;
  converge: number;
  seed: number;
}

interface Cluster {
  gateways: GatewayVictim[];
  all: Victim[];
}

async function main(): Promise<void> {
  const options = readOptions();
  if (!options) return console.log(HELP);
  const settings = {
    ...readSettings(environment),
    // What is killed every minute gains nothing from being compiled well.
    javaOptions: ["-XX:TieredStopAtLevel=1"],
  };
  const up = spawnSync(process.execPath, [path.join(ROOT, "dist/scripts/engines.js"), "up"], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (up.status !== 0) return fail("The engines are not up.");
  const dataFolder = await mkdtemp(path.join(tmpdir(), "marquee-kill-"));
  const database = `marquee_kill_${process.pid}`;
  await onServer(settings, (client) => client.query(`create database ${database} template template0`));
  try {
    await run(options, settings, database, dataFolder);
  } catch (error) {
    fail(String(error));
  } finally {
    await onServer(settings, (client) => client.query(`drop database ${database} with (force)`));
    if (process.exitCode === undefined) await rm(dataFolder, { recursive: true, force: true });
    else console.log(`Logs of the gateways: ${dataFolder}`);
  }
}

function readOptions(): Options | undefined {
  const number = (fallback: number) => ({ type: "string", default: String(fallback) }) as const;
  const { values } = parseArgs({
    options: {
      kills: number(500),
      writes: number(100_000),
      clients: number(16),
      rate: number(150),
      pause: number(1_500),
      down: number(3),
      converge: number(5),
      seed: number(Date.now() % 2 ** 31),
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return undefined;
  const numbers = Object.entries(values).map(([name, value]) => [name, Number(value)] as const);
  return Object.fromEntries(numbers) as unknown as Options;
}

async function run(
  options: Options,
  settings: Settings,
  database: string,
  dataFolder: string,
): Promise<void> {
  console.log(
    `Seed ${options.seed}: ${options.kills} kills, ${options.writes} writes, ${options.clients} clients`,
  );
  const random = createRandom(options.seed);
  const env = gatewayEnvironment(settings, database, dataFolder);
  for (const slug of TENANTS) await marquee(env, "seed", "--tenant", slug, ...SEED);
  const worlds = await readWorlds(env, TENANTS);
  const cluster = await startCluster(settings, env, dataFolder);
  const ledger = new Ledger();
  const order = new OrderWatch({ ...settings.url, postgres: env.POSTGRES_URL }, worlds, random.fork());
  const ending = new AbortController();
  const clients = makeClients(options, worlds, cluster.gateways, ledger, random);
  const begun = performance.now();
  const writing = Promise.all(clients.map((client) => client.run(ending.signal)));
  const watching = order.run(ending.signal);
  try {
    const { kills, caughtUpMs } = await killUntil({
      options,
      cluster: cluster.all,
      ledger,
      random,
      writing,
      url: env.POSTGRES_URL,
    });
    ending.abort();
    await writing;
    const seconds = (performance.now() - begun) / 1000;
    const client = await connect(env.POSTGRES_URL);
    const followedMs = await converged(client, CONVERGED_MS);
    await watching;
    await judge({ ...options, client, ledger, worlds, env, order, kills, seconds, caughtUpMs, followedMs });
    await client.end();
  } finally {
    ending.abort();
    await Promise.all(cluster.gateways.map((gateway) => gateway.stop()));
  }
}

function gatewayEnvironment(
  { url }: Settings,
  database: string,
  dataFolder: string,
): Environment & { POSTGRES_URL: string } {
  const postgres = new URL(url.postgres);
  postgres.pathname = `/${database}`;
  return {
    ...environment,
    MARQUEE_DATA: dataFolder,
    MARQUEE_DEMO: "false",
    MARQUEE_PLAYGROUND: "false",
    MARQUEE_SIGNING_KEY: "the killing program seals with this key of its own",
    MARQUEE_TOKEN_KEY: newTokenKey(),
    LOG_LEVEL: "warn",
    // The crowd is meant: nobody is to be refused.
    MARQUEE_QUEUE_MS: "30000",
    POSTGRES_URL: postgres.href,
    MARQUEE_ACCOUNT_KEY: TEST_ACCOUNT_KEY,
    MONGODB_URL: url.mongodb,
    OPENSEARCH_URL: url.opensearch,
    NEO4J_URL: url.neo4j,
  };
}

const marquee = (env: Environment, ...args: string[]) =>
  promisify(execFile)(process.execPath, ["bin/marquee.js", ...args], { env });

async function onServer(settings: Settings, work: (client: Database) => Promise<unknown>): Promise<void> {
  const client = await connect(settings.url.postgres);
  await work(client).finally(() => client.end());
}

async function startCluster(settings: Settings, env: Environment, logFolder: string): Promise<Cluster> {
  const names: GatewayName[] = ["gateway1", "gateway2", "projector1", "projector2"];
  const ports = await freePorts(names.length);
  const gateways = names.map((name, index) => gatewayProcess({ name, port: ports[index]!, env, logFolder }));
  await Promise.all(gateways.map((gateway) => gateway.start()));
  return { gateways, all: [...gateways, ...ENGINES.map((name) => engineVictim(settings, name))] };
}

/** Half of the titles are edited, each by one client; the other half is watched. */
function makeClients(
  options: Options,
  worlds: readonly World[],
  processes: readonly GatewayVictim[],
  ledger: Ledger,
  random: Random,
): Client[] {
  const gateways = processes.filter(({ kind }) => kind === "gateway");
  const pause = (1_000 * options.clients) / options.rate;
  return Array.from({ length: options.clients }, (_, number) => {
    const world = worlds[number % worlds.length]!;
    const place = Math.floor(number / worlds.length);
    const places = Math.ceil((options.clients - (number % worlds.length)) / worlds.length);
    const share = <T>(list: readonly T[]) => list.filter((_item, index) => index % places === place);
    const half = Math.floor(world.titles.length / 2);
    const own = random.fork();
    return new Client({
      name: `client${number}-${options.seed}`,
      random: own,
      gateways,
      ledger,
      tenant: world.tenant,
      profiles: share(world.profiles).map((id) => ({ id, token: world.tokens.get(id)! })),
      editor: world.editor,
      watched: world.titles.slice(half),
      edited: share(world.titles.slice(0, half)).map((id) => ({
        id,
        version: world.versions.get(id)!,
        state: "PUBLISHED",
      })),
      pauseMs: () => own.below(2 * pause),
    });
  });
}

/**
 * Kills one after the other, several being down at a time, and lets everything come back while clients write on.
 *
 * @returns kills by name, and milliseconds from the end of the last fault until everything had been followed that was
 *   written until then.
 */
async function killUntil({
  options,
  cluster,
  ledger,
  random,
  writing,
  url,
}: {
  options: Options;
  cluster: readonly Victim[];
  ledger: Ledger;
  random: Random;
  writing: Promise<unknown>;
  url: string;
}): Promise<{ kills: Record<string, number>; caughtUpMs: number }> {
  const restarts = new Set<Promise<void>>();
  const failed = writing.then(() => undefined);
  let kills = 0;
  let catchingUp: Promise<number> | undefined;
  const begun = performance.now();
  let told = begun;
  let moved = { at: performance.now(), writes: 0 };
  while (kills < options.kills || ledger.writes < options.writes) {
    await Promise.race([sleep(100 + random.below(options.pause)), failed]);
    if (ledger.writes > moved.writes) moved = { at: performance.now(), writes: ledger.writes };
    if (performance.now() - moved.at > STALLED_MS)
      throw new Error("Nothing has been acknowledged for minutes.");
    const candidates = cluster.filter(({ up }) => up);
    if (kills < options.kills && cluster.length - candidates.length < options.down) {
      const victim = pickWeighted(candidates, random);
      await victim.kill();
      victim.kills += 1;
      kills += 1;
      const restart = sleep(random.below(500))
        .then(() => victim.start())
        .finally(() => restarts.delete(restart));
      restart.catch((error: unknown) => fail(`${victim.name} stays down: ${String(error)}`));
      restarts.add(restart);
    }
    if (kills === options.kills)
      catchingUp ??= Promise.all(restarts)
        .then(() => caughtUp(url))
        .catch((error: unknown) => {
          fail(String(error));
          return Infinity;
        });
    if (performance.now() - told > TELLING_MS) {
      told = performance.now();
      const down = cluster.filter(({ up }) => !up).map(({ name }) => name);
      console.log(
        `${((told - begun) / 1000).toFixed(0)} s: ${kills} kills, ${ledger.writes} writes acknowledged, ${ledger.retries} tries repeated, ${ledger.unexplained.length} answers unexplained; down: ${down.join(", ") || "none"}`,
      );
    }
  }
  return {
    kills: Object.fromEntries(cluster.map((victim) => [victim.name, victim.kills])),
    caughtUpMs: (await catchingUp) ?? Infinity,
  };
}

async function caughtUp(url: string): Promise<number> {
  const client = await connect(url);
  return converged(client, CONVERGED_MS).finally(() => client.end());
}

function pickWeighted(candidates: readonly Victim[], random: Random): Victim {
  const total = candidates.reduce((sum, { name }) => sum + WEIGHTS[name], 0);
  let ticket = random.below(total);
  return candidates.find(({ name }) => (ticket -= WEIGHTS[name]) < 0)!;
}

function fail(message: string): void {
  console.error(message);
  process.exitCode = 1;
}

await main();
