// What bench/projections.ts runs on: a database of its own on the engines, seeded, and a gateway as a child process.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

import pg from "pg";

import { environment, ROOT, type Environment } from "../../scripts/environment.js";
import { freePorts, serves } from "../../scripts/gateways.js";
import { readWorlds, type World } from "../../scripts/kill/worlds.js";
import { newTokenKey } from "../../scripts/token-key.js";
import { enginesOf, needed, removeTenant, type BenchEngines } from "../engine-setup.js";
import { TEST_ACCOUNT_KEY } from "../../scripts/test-keys.js";

export const TENANT = "meridian";
const DATABASE = "marquee_bench_projections";
const SEED = ["--seed", "1", "--profiles", "400", "--events", "8000"];
const READY_MS = 180_000;
const DEADLINE_MS = 30_000;

/** What is written to: a world, and the titles that profiles have watched, and so may watch. */
export interface WatchedWorld extends World {
  watched: string[];
}

/** The gateway's environment. */
export type GroundEnvironment = Environment & { POSTGRES_URL: string };

/** A gateway at work on a database of its own. */
export interface Ground extends Gateway {
  world: WatchedWorld;
  env: GroundEnvironment;
  /** Nothing where PostgreSQL alone answers. */
  engines: BenchEngines | undefined;
  /** Ends the gateway and removes everything. */
  stop(): Promise<void>;
}

interface Gateway {
  url: string;
  pid: number;
}

/**
 * Seeds a database and starts a gateway on it.
 *
 * @param withEngines whether MongoDB, OpenSearch and Neo4j of the environment are set; PostgreSQL alone answers otherwise.
 * @param profile the folder that the gateway leaves a CPU profile in.
 */
export async function prepare(withEngines: boolean, profile: string | undefined): Promise<Ground> {
  const dataFolder = mkdtempSync(path.join(tmpdir(), "marquee-bench-"));
  const env: GroundEnvironment = { ...environment, ...settings(dataFolder, withEngines) };
  await onServer(async (client) => {
    await client.query(`drop database if exists ${DATABASE} with (force)`);
    await client.query(`create database ${DATABASE} template template0`);
  });
  const seed = ["bin/marquee.js", "seed", "--tenant", TENANT, ...SEED];
  await promisify(execFile)(process.execPath, seed, { cwd: ROOT, env });
  const [found] = await readWorlds(env, [TENANT]);
  const world = { ...found!, watched: await watchedTitles(env, found!) };
  const { end, ...gateway } = await startGateway(env, profile);
  const engines = withEngines ? enginesOf(env, DEADLINE_MS) : undefined;
  return {
    ...gateway,
    world,
    env,
    engines,
    async stop() {
      await end();
      if (engines) await removeTenant(engines, world.tenant);
      await onServer((client) => client.query(`drop database ${DATABASE} with (force)`));
      rmSync(dataFolder, { recursive: true, force: true });
    },
  };
}

async function watchedTitles({ POSTGRES_URL }: GroundEnvironment, { tenant }: World): Promise<string[]> {
  const client = new pg.Client({ connectionString: POSTGRES_URL });
  await client.connect();
  const { rows } = await client.query<{ title_id: string }>(
    `select distinct title_id from ${tenant.schema}.title_progress where tenant_id = $1 order by 1`,
    [tenant.id],
  );
  await client.end();
  return rows.map(({ title_id }) => title_id);
}

function settings(dataFolder: string, withEngines: boolean) {
  const postgres = new URL(needed(environment, "POSTGRES_URL"));
  postgres.pathname = `/${DATABASE}`;
  return {
    MARQUEE_DATA: dataFolder,
    MARQUEE_DEMO: "false",
    MARQUEE_PLAYGROUND: "false",
    MARQUEE_SIGNING_KEY: "the bench seals with this key of its own",
    MARQUEE_TOKEN_KEY: newTokenKey(),
    // Other work on the machine must not end a statement: how long everything takes is what is measured.
    MARQUEE_STORE_DEADLINE_MS: "20000",
    LOG_LEVEL: "warn",
    // The crowd is meant: nobody is to be refused.
    MARQUEE_QUEUE_MS: "30000",
    POSTGRES_URL: postgres.href,
    MARQUEE_ACCOUNT_KEY: TEST_ACCOUNT_KEY,
    ...(!withEngines && { MONGODB_URL: "", OPENSEARCH_URL: "", NEO4J_URL: "" }),
  };
}

async function startGateway(
  env: Environment,
  profile: string | undefined,
): Promise<Gateway & { end: () => Promise<unknown> }> {
  const [port] = await freePorts(1);
  const url = `http://127.0.0.1:${port}`;
  const profiling = profile ? ["--cpu-prof", `--cpu-prof-dir=${profile}`] : [];
  const child = spawn(process.execPath, [...profiling, "bin/marquee.js", "serve"], {
    cwd: ROOT,
    env: { ...env, PORT: String(port), MARQUEE_OPERATIONS_PORT: "none" },
    stdio: ["ignore", "inherit", "inherit"],
  });
  const gone = once(child, "exit");
  for (const limit = Date.now() + READY_MS; !(await serves(url)); await sleep(200)) {
    if (child.exitCode !== null) throw new Error(`The gateway ended with ${child.exitCode}`);
    if (Date.now() > limit) throw new Error("The gateway did not become ready");
  }
  const end = () => (child.kill("SIGTERM"), gone);
  return { url, pid: child.pid!, end };
}

async function onServer(work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const admin = new URL(needed(environment, "POSTGRES_URL"));
  admin.pathname = "/postgres";
  const client = new pg.Client({ connectionString: admin.href });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
