import { integer, type Neo4jStore } from "../../engines/neo4j/store.neo4j.js";

/** Raised when the constraints change. */
const SCHEMA_VERSION = 2;
const TIMEOUT_MS = 60_000;

/** What says which version the constraints have. */
const SCHEMA = "CREATE CONSTRAINT taste_schema IF NOT EXISTS FOR (s:TasteSchema) REQUIRE s.name IS UNIQUE";

/**
 * The graph's constraints. Community Edition has one database, so every node says whose it is: `tenant`, and
 * `generation`, which tells the graph that is read from one that is being filled beside it; a `(:TasteGraph)` stands for
 * each. Every constraint is also the index that nodes are found by.
 */
const CONSTRAINTS = [
  "CREATE CONSTRAINT taste_graph IF NOT EXISTS FOR (g:TasteGraph) REQUIRE (g.tenant, g.generation) IS UNIQUE",
  "CREATE CONSTRAINT taste_profile IF NOT EXISTS FOR (p:Profile) REQUIRE (p.tenant, p.generation, p.id) IS UNIQUE",
  "CREATE CONSTRAINT taste_title IF NOT EXISTS FOR (t:Title) REQUIRE (t.tenant, t.generation, t.id) IS UNIQUE",
];

/** What version 1 had in the place of one of these: one `(:TasteGraph)` a tenant. */
const SUPERSEDED = "DROP CONSTRAINT taste_graph IF EXISTS";

/**
 * Makes the constraints where they are missing and notes the version.
 *
 * @throws Error when the graph was written by a newer version.
 */
export async function prepareTasteSchema(store: Neo4jStore): Promise<void> {
  const run = <R>(text: string, parameters = {}) => store.write<R>({ text, parameters }, TIMEOUT_MS);
  await run(SCHEMA);
  const version = integer(SCHEMA_VERSION);
  const [schema] = await run<{ version: number }>(
    "MERGE (s:TasteSchema {name: 'taste'}) ON CREATE SET s.version = $version RETURN s.version AS version",
    { version },
  );
  if (schema!.version > SCHEMA_VERSION) {
    throw new Error(
      `The taste graph in Neo4j has version ${schema!.version}, this program knows ${SCHEMA_VERSION}: use a newer program`,
    );
  }
  if (schema!.version < SCHEMA_VERSION) await run(SUPERSEDED);
  for (const text of CONSTRAINTS) await run(text);
  await run("CALL db.awaitIndexes(60)");
  await run("MATCH (s:TasteSchema {name: 'taste'}) SET s.version = $version", { version });
}
