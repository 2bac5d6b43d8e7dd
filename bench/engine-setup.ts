// What bench/engines.ts needs before and after: seeded databases, and engines without the run's tenants.
import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";

import pg from "pg";

import { MongoCatalogEngine } from "../datasources/catalog/mongodb/catalog-engine.mongodb.js";
import { type Tenant } from "../datasources/core/tenant.js";
import { MongoStore } from "../datasources/engines/mongodb/store.mongodb.js";
import { Neo4jStore } from "../datasources/engines/neo4j/store.neo4j.js";
import { OpenSearchStore } from "../datasources/engines/opensearch/store.opensearch.js";
import { Neo4jTasteEngine } from "../datasources/recommendations/neo4j/taste-engine.neo4j.js";
import { OpenSearchTitleEngine } from "../datasources/search/opensearch/search-engine.opensearch.js";
import { environment, ROOT, type Environment } from "../scripts/environment.js";
import { TEST_ACCOUNT_KEY } from "../scripts/test-keys.js";

/** A size of catalogue that is measured. */
export interface Size {
  name: string;
  /** Of `marquee seed`. */
  scale: number;
  /** Of its PostgreSQL database. */
  url: string;
}

/** Where the three engines are. */
export type BenchEngines = ReturnType<typeof enginesOf>;

/** The engines that the environment names; ends the process where one is missing. */
export function enginesOf(env: Environment, deadlineMs: number) {
  const address = (name: string) => ({ url: needed(env, name), caFile: undefined });
  return {
    mongodb: address("MONGODB_URL"),
    opensearch: address("OPENSEARCH_URL"),
    neo4j: address("NEO4J_URL"),
    deadlineMs,
  };
}

/** A URL of the environment; ends the process where it is missing. */
export function needed(env: Environment, name: string): string {
  const url = env[name];
  if (url) return url;
  console.error(`Which engines? ${name} is not set: eval "$(npm run --silent engines -- env)"`);
  process.exit(2);
}

/** Makes the database of a size where it is missing, and seeds it where it has no tenant. */
export async function ensureSeeded({ url, scale, name }: Size, tenant: string): Promise<void> {
  const database = decodeURIComponent(new URL(url).pathname.slice(1));
  const admin = new URL(url);
  admin.pathname = "/postgres";
  await asked(admin.href, async (client) => {
    const { rowCount } = await client.query("select from pg_database where datname = $1", [database]);
    if (rowCount === 0) await client.query(`create database ${client.escapeIdentifier(database)}`);
  });
  if (await isSeeded(url, tenant)) return;
  console.error(`Seeding ${name}: scale ${scale}`);
  const child = spawn(
    process.execPath,
    [path.join(ROOT, "bin/marquee.js"), "seed", "--tenant", tenant, "--scale", String(scale)],
    {
      env: { PATH: environment.PATH, POSTGRES_URL: url, MARQUEE_ACCOUNT_KEY: TEST_ACCOUNT_KEY },
      stdio: ["ignore", "ignore", "inherit"],
    },
  );
  const [code] = (await once(child, "exit")) as [number | null];
  if (code !== 0) throw new Error(`Seeding ${name} failed`);
}

function isSeeded(url: string, tenant: string): Promise<boolean> {
  return asked(url, async (client) => {
    const { rows } = await client.query<{ migrated: boolean }>(
      "select to_regclass('marquee.tenants') is not null as migrated",
    );
    if (!rows[0]?.migrated) return false;
    const { rowCount } = await client.query("select from marquee.tenants where slug = $1", [tenant]);
    return rowCount !== 0;
  });
}

async function asked<T>(url: string, ask: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await ask(client);
  } finally {
    await client.end();
  }
}

/** Takes a tenant out of the engines again; others that share them are left alone. */
export async function removeTenant(engines: BenchEngines, tenant: Tenant): Promise<void> {
  const { mongodb, opensearch, neo4j, deadlineMs } = engines;
  const options = { deadlineMs, caFile: undefined, onLog: console.error };
  const documents = new MongoStore(mongodb.url, options);
  const index = new OpenSearchStore(opensearch.url, options);
  const graph = new Neo4jStore(neo4j.url, options);
  for (const engine of [
    new MongoCatalogEngine(documents),
    new OpenSearchTitleEngine(index),
    new Neo4jTasteEngine(graph),
  ])
    await engine.drop(tenant, []);
  for (const store of [documents, index, graph]) await store.close();
}
