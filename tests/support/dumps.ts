import { BSON, MongoClient } from "mongodb";
import neo4j from "neo4j-driver";

import { type Tenant } from "../../datasources/core/tenant.js";
import { enginesUnderTest } from "./engines.js";
import { type Facts } from "./facts.js";

/**
 * Everything that the stores of this run hold of a tenant, and of no tenant, read past the product: every table of
 * PostgreSQL, every document, every node and relationship.
 *
 * @returns a text for each place: `postgres shared.accounts`, `mongodb titles` ….
 */
export async function dumpStores(facts: Facts, tenant: Tenant): Promise<Map<string, string>> {
  const { MONGODB_URL, OPENSEARCH_URL, NEO4J_URL } = enginesUnderTest();
  const dumps = await Promise.all([
    dumpPostgres(facts, tenant),
    ...(MONGODB_URL ? [dumpMongo(MONGODB_URL)] : []),
    ...(OPENSEARCH_URL ? [dumpOpenSearch(OPENSEARCH_URL, tenant)] : []),
    ...(NEO4J_URL ? [dumpNeo4j(NEO4J_URL, tenant)] : []),
  ]);
  return new Map(dumps.flat());
}

/** The places of a dump that hold any of the texts, in whichever encoding a dump has bytes in. */
export function placesOf(dump: ReadonlyMap<string, string>, texts: readonly string[]): string[] {
  const forms = texts.flatMap((text) => [text, Buffer.from(text).toString("hex")]);
  return [...dump].flatMap(([place, content]) => {
    const found = forms.filter((text) => content.includes(text));
    return found.length > 0 ? [`${place}: ${found.join(", ")}`] : [];
  });
}

type Dump = [string, string][];

async function dumpPostgres(facts: Facts, tenant: Tenant): Promise<Dump> {
  const tables = await facts.rows<{ schema: string; name: string }>(
    tenant,
    `select n.nspname as schema, c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname not like 'pg\\_%' and n.nspname <> 'information_schema' and c.relkind = 'r' and $1 = $1`,
  );
  const dump: Dump = [];
  for (const { schema, name } of tables) {
    const rows = await facts.rows<{ row: string }>(
      tenant,
      `select t::text as row from "${schema}"."${name}" t where $1 = $1`,
    );
    dump.push([`postgres ${schema}.${name}`, rows.map(({ row }) => row).join("\n")]);
  }
  return dump;
}

export async function dumpMongo(url: string): Promise<Dump> {
  const client = await MongoClient.connect(url);
  try {
    const { databases } = await client.db("admin").admin().listDatabases();
    const name = new URL(url.replace(/^mongodb/, "http")).pathname.slice(1) || "marquee";
    const dump: Dump = [];
    for (const database of databases.filter((each) => each.name.startsWith(name))) {
      const db = client.db(database.name);
      for (const { name: collection } of await db.listCollections().toArray()) {
        const documents = await db.collection(collection).find().toArray();
        dump.push([
          `mongodb ${database.name}.${collection}`,
          documents.map((each) => BSON.EJSON.stringify(each)).join("\n"),
        ]);
      }
    }
    return dump;
  } finally {
    await client.close();
  }
}

export async function dumpOpenSearch(url: string, tenant: Tenant): Promise<Dump> {
  const { origin, username, password } = new URL(url);
  const authorization = `Basic ${Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString("base64")}`;
  const response = await fetch(`${origin}/marquee-*/_search?size=10000`, {
    method: "POST",
    headers: { "content-type": "application/json", ...(username && { authorization }) },
    body: JSON.stringify({ query: { term: { tenant: tenant.id } } }),
  });
  return [["opensearch", await response.text()]];
}

export async function dumpNeo4j(url: string, tenant: Tenant): Promise<Dump> {
  const { protocol, host, username, password } = new URL(url);
  const driver = neo4j.driver(
    `${protocol}//${host}`,
    username ? neo4j.auth.basic(decodeURIComponent(username), decodeURIComponent(password)) : undefined,
  );
  try {
    const { records } = await driver.executeQuery(
      `MATCH (n) WHERE n.tenant = $tenant
       RETURN labels(n) AS labels, properties(n) AS properties, [(n)-[r]->() | r {.*, type: type(r)}] AS relationships`,
      { tenant: neo4j.int(tenant.id) },
    );
    return [["neo4j", records.map((record) => JSON.stringify(record.toObject())).join("\n")]];
  } finally {
    await driver.close();
  }
}
