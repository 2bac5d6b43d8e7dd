// What bench/engines.mjs needs before and after: seeded databases, and engines without the run's tenants.
import { spawn } from "node:child_process";
import { join } from "node:path";

import pg from "pg";

/** Makes the database of a size where it is missing, and seeds it where it has no tenant. */
export async function ensureSeeded({ url, scale, name }, { root, tenant }) {
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
    [join(root, "bin/marquee.js"), "seed", "--tenant", tenant, "--scale", String(scale)],
    { env: { PATH: process.env.PATH, POSTGRES_URL: url }, stdio: ["ignore", "ignore", "inherit"] },
  );
  const code = await new Promise((resolve) => child.once("exit", resolve));
  if (code !== 0) throw new Error(`Seeding ${name} failed`);
}

function isSeeded(url, tenant) {
  return asked(url, async (client) => {
    const { rows } = await client.query("select to_regclass('marquee.tenants') is not null as migrated");
    if (!rows[0].migrated) return false;
    const { rowCount } = await client.query("select from marquee.tenants where slug = $1", [tenant]);
    return rowCount > 0;
  });
}

async function asked(url, ask) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await ask(client);
  } finally {
    await client.end();
  }
}

/** Takes a tenant out of the engines again; others that share them are left alone. */
export async function removeTenant({ mongodb, opensearch, neo4j, deadlineMs }, tenant, load) {
  const options = { deadlineMs, onLog: console.error };
  const [{ MongoStore }, { OpenSearchStore }, { Neo4jStore }] = await Promise.all(
    ["mongodb", "opensearch", "neo4j"].map((name) => load(`datasources/engines/${name}/store.${name}.js`)),
  );
  const [{ MongoCatalogEngine }, { OpenSearchTitleEngine }, { Neo4jTasteEngine }] = await Promise.all(
    [
      "catalog/mongodb/catalog-engine.mongodb",
      "search/opensearch/search-engine.opensearch",
      "recommendations/neo4j/taste-engine.neo4j",
    ].map((path) => load(`datasources/${path}.js`)),
  );
  const stores = [
    [new MongoStore(mongodb.url, options), MongoCatalogEngine],
    [new OpenSearchStore(opensearch.url, options), OpenSearchTitleEngine],
    [new Neo4jStore(neo4j.url, options), Neo4jTasteEngine],
  ];
  for (const [store, Engine] of stores) {
    await new Engine(store).drop(tenant, []);
    await store.close();
  }
}
