// Ground for one run of the tests on shared engines: databases of its own, which are dropped afterwards. What the run
// leaves in OpenSearch and Neo4j, which keep all tenants together, is removed by tenant (tests/support/engines.ts).
import { randomBytes } from "node:crypto";

import { MongoClient } from "mongodb";
import pg from "pg";

import { type Environment } from "./environment.js";

/** Databases for one run. */
export interface Ground {
  /** The environment for the tests. */
  env: Environment;
  /** Drops the databases again. */
  remove(): Promise<void>;
}

/**
 * Makes databases for a run on the servers that the environment names.
 *
 * @param env `POSTGRES_URL` (its role may create databases) and `MONGODB_URL`, where
 *   they are set; a database in `MARQUEE_TEST_POSTGRES_URL` is used as it is.
 */
export async function makeGround(env: Environment): Promise<Ground> {
  const name = `marquee_test_${randomBytes(6).toString("hex")}`;
  const own: Environment = { ...env, MARQUEE_TEST_ENGINES: "1" };
  const removals: (() => Promise<void>)[] = [];
  const { POSTGRES_URL: postgres, MONGODB_URL: mongodb, MARQUEE_TEST_POSTGRES_URL: given } = env;
  if (isServer(postgres) && !given) {
    await onPostgres(postgres, `create database ${name} template template0 encoding 'UTF8'`);
    removals.push(() => onPostgres(postgres, `drop database if exists ${name} with (force)`));
    own.MARQUEE_TEST_POSTGRES_URL = withDatabase(postgres, name).href;
  }
  if (isServer(mongodb)) {
    removals.push(() => dropMongo(mongodb, name));
    own.MONGODB_URL = mongoUrl(mongodb, name);
  }
  return {
    env: own,
    remove: async () => {
      for (const remove of removals) await remove();
    },
  };
}

function isServer(url: string | undefined): url is string {
  return url !== undefined && url !== "" && url !== "embedded:";
}

function withDatabase(url: string, name: string): URL {
  const own = new URL(url);
  own.pathname = `/${name}`;
  return own;
}

/** Who signs in keeps doing so where the URL said: in its database, else in `admin`. */
function mongoUrl(url: string, name: string): string {
  const own = withDatabase(url, name);
  const place = new URL(url).pathname.slice(1) || "admin";
  if (own.username && !own.searchParams.has("authSource")) own.searchParams.set("authSource", place);
  return own.href;
}

async function onPostgres(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}

/** The database of the shared tenants, and those of the others, whose names start with its name. */
async function dropMongo(url: string, name: string): Promise<void> {
  const client = await new MongoClient(url).connect();
  try {
    const { databases } = await client.db("admin").admin().listDatabases({ nameOnly: true });
    for (const database of databases)
      if (database.name.startsWith(name)) await client.db(database.name).dropDatabase();
  } finally {
    await client.close();
  }
}
