// What bench/projections.mjs runs on: a database of its own on the engines, seeded, and a gateway as a child process.
import { execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

import pg from "pg";

import { freePorts, serves } from "../../scripts/gateways.mjs";
import { readWorlds } from "../../scripts/kill/worlds.mjs";
import { removeTenant } from "../engine-setup.mjs";

export const TENANT = "meridian";
const DATABASE = "marquee_bench_projections";
const SEED = ["--seed", "1", "--profiles", "400", "--events", "8000"];
const READY_MS = 180_000;

/**
 * Seeds a database and starts a gateway on it.
 *
 * @param {{ root: string, load: (path: string) => Promise<any>, engines: boolean, profile?: string }} options `engines`: whether MongoDB,
 *   OpenSearch and Neo4j of the environment are set; PostgreSQL alone answers otherwise. `profile`: the folder that the
 *   gateway leaves a CPU profile in.
 */
export async function prepare({ root, load, engines, profile }) {
  const dataFolder = mkdtempSync(path.join(tmpdir(), "marquee-bench-"));
  const env = { ...process.env, ...settings(dataFolder, engines) };
  await onServer(async (client) => {
    await client.query(`drop database if exists ${DATABASE} with (force)`);
    await client.query(`create database ${DATABASE} template template0`);
  });
  const seed = ["bin/marquee.js", "seed", "--tenant", TENANT, ...SEED];
  await promisify(execFile)(process.execPath, seed, { cwd: root, env });
  const [world] = await readWorlds(env, [TENANT]);
  world.watched = await watchedTitles(env, world);
  const gateway = await startGateway(root, env, profile);
  const addresses = engines ? addressesOf(env) : undefined;
  return {
    ...gateway,
    world,
    env,
    addresses,
    async stop() {
      await gateway.end();
      if (addresses) await removeTenant(addresses, world.tenant, load);
      await onServer((client) => client.query(`drop database ${DATABASE} with (force)`));
      rmSync(dataFolder, { recursive: true, force: true });
    },
  };
}

/** Titles that profiles have watched, and so may watch. */
async function watchedTitles({ POSTGRES_URL }, { tenant }) {
  const client = new pg.Client({ connectionString: POSTGRES_URL });
  await client.connect();
  const { rows } = await client.query(
    `select distinct title_id from ${tenant.schema}.title_progress where tenant_id = $1 order by 1`,
    [tenant.id],
  );
  await client.end();
  return rows.map(({ title_id }) => title_id);
}

function settings(dataFolder, engines) {
  const postgres = new URL(process.env.POSTGRES_URL);
  postgres.pathname = `/${DATABASE}`;
  return {
    MARQUEE_DATA: dataFolder,
    MARQUEE_DEMO: "false",
    MARQUEE_PLAYGROUND: "false",
    MARQUEE_SIGNING_KEY: "the bench signs with this key of its own",
    // Other work on the machine must not end a statement: how long everything takes is what is measured.
    MARQUEE_STORE_DEADLINE_MS: "20000",
    LOG_LEVEL: "warn",
    POSTGRES_URL: postgres.href,
    ...(!engines && { MONGODB_URL: "", OPENSEARCH_URL: "", NEO4J_URL: "" }),
  };
}

function addressesOf(env) {
  const address = (url) => ({ url, caFile: undefined });
  return {
    mongodb: address(env.MONGODB_URL),
    opensearch: address(env.OPENSEARCH_URL),
    neo4j: address(env.NEO4J_URL),
    deadlineMs: 30_000,
  };
}

async function startGateway(root, env, profile) {
  const [port] = await freePorts(1);
  const url = `http://127.0.0.1:${port}`;
  const profiling = profile ? ["--cpu-prof", `--cpu-prof-dir=${profile}`] : [];
  const child = spawn(process.execPath, [...profiling, "bin/marquee.js", "serve"], {
    cwd: root,
    env: { ...env, PORT: String(port) },
    stdio: ["ignore", "inherit", "inherit"],
  });
  const gone = new Promise((resolve) => child.once("exit", resolve));
  for (const limit = Date.now() + READY_MS; !(await serves(url)); await sleep(200)) {
    if (child.exitCode !== null) throw new Error(`The gateway ended with ${child.exitCode}`);
    if (Date.now() > limit) throw new Error("The gateway did not become ready");
  }
  const end = () => (child.kill("SIGTERM"), gone);
  return { url, pid: child.pid, end };
}

async function onServer(work) {
  const admin = new URL(process.env.POSTGRES_URL);
  admin.pathname = "/postgres";
  const client = new pg.Client({ connectionString: admin.href });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
