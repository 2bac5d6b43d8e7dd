import { integer, type Neo4jStore } from "../../engines/neo4j/store.neo4j.js";

/**
 * The graph's constraints. Community Edition has one database, so every node says whose it is: `tenant`, and
 * `generation`, which tells the graph that is read from one that is being filled beside it. Each constraint is also the
 * index that nodes are found by.
 */
const CONSTRAINTS = [
  "CREATE CONSTRAINT taste_schema IF NOT EXISTS FOR (s:TasteSchema) REQUIRE s.name IS UNIQUE",
  "CREATE CONSTRAINT taste_graph IF NOT EXISTS FOR (g:TasteGraph) REQUIRE g.tenant IS UNIQUE",
  "CREATE CONSTRAINT taste_profile IF NOT EXISTS FOR (p:Profile) REQUIRE (p.tenant, p.generation, p.id) IS UNIQUE",
  "CREATE CONSTRAINT taste_title IF NOT EXISTS FOR (t:Title) REQUIRE (t.tenant, t.generation, t.id) IS UNIQUE",
];

/** Raised when what is stored changes; a graph of another version is to be rebuilt. */
const SCHEMA_VERSION = 1;
const TIMEOUT_MS = 60_000;

/**
 * Makes the constraints where they are missing and notes the version.
 *
 * @throws Error when the graph was written by a newer version.
 */
export async function prepareTasteSchema(store: Neo4jStore): Promise<void> {
  for (const text of CONSTRAINTS) await store.write({ text, parameters: {} }, TIMEOUT_MS);
  await store.write({ text: "CALL db.awaitIndexes(60)", parameters: {} }, TIMEOUT_MS);
  const [schema] = await store.write<{ version: number }>(
    {
      text: `
        MERGE (s:TasteSchema {name: 'taste'})
        ON CREATE SET s.version = $version
        RETURN s.version AS version`,
      parameters: { version: integer(SCHEMA_VERSION) },
    },
    TIMEOUT_MS,
  );
  if (schema!.version > SCHEMA_VERSION) {
    throw new Error(
      `The taste graph in Neo4j has version ${schema!.version}, this program knows ${SCHEMA_VERSION}: use a newer program`,
    );
  }
}
