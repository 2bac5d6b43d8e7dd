// Ground for one run of the tests on shared engines: databases of its own, which are dropped afterwards. What the run
// leaves in OpenSearch and Neo4j, which keep all tenants together, is removed by tenant (tests/support/engines.ts).
import { randomBytes } from "node:crypto";

import { MongoClient } from "mongodb";
import pg from "pg";

/**
 * Makes databases for a run on the servers that the environment names.
 *
 * @param {Record<string, string | undefined>} env `POSTGRES_URL` (its role may create databases) and `MONGODB_URL`, where
 *   they are set; a database in `MARQUEE_TEST_POSTGRES_URL` is used as it is.
 * @returns {Promise<{ env: Record<string, string | undefined>, remove: () => Promise<void> }>} the environment for the
 *   tests, and what drops the databases again.
 */
export async function makeGround(env) {
  const name = `marquee_test_${randomBytes(6).toString("hex")}`;
  const own = { ...env, MARQUEE_TEST_ENGINES: "1" };
  const removals = [];
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

function isServer(url) {
  return Boolean(url) && url !== "embedded:";
}

function withDatabase(url, name) {
  const own = new URL(url);
  own.pathname = `/${name}`;
  return own;
}

/** Who signs in keeps doing so where the URL said: in its database, else in `admin`. */
function mongoUrl(url, name) {
  const own = withDatabase(url, name);
  const place = new URL(url).pathname.slice(1) || "admin";
  if (own.username && !own.searchParams.has("authSource")) own.searchParams.set("authSource", place);
  return own.href;
}

async function onPostgres(url, statement) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}

/** The database of the shared tenants, and those of the others, whose names start with its name. */
async function dropMongo(url, name) {
  const client = await new MongoClient(url).connect();
  try {
    const { databases } = await client.db("admin").admin().listDatabases({ nameOnly: true });
    for (const database of databases)
      if (database.name.startsWith(name)) await client.db(database.name).dropDatabase();
  } finally {
    await client.close();
  }
}
