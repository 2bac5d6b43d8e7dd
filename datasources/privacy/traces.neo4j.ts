import { type Tenant } from "../core/tenant.js";
import { integer, type Neo4jStore } from "../engines/neo4j/store.neo4j.js";
import { patternsOf } from "./mentions.js";
import { type Trace, type TraceSearch } from "./traces.js";

/** How long looking through a graph may take. Milliseconds. */
const TIMEOUT_MS = 50_000;

/** Nodes, and relationships that lead from them, with a property that mentions one of the texts. */
const SEARCH = `
  MATCH (n) WHERE n.tenant = $tenant
    AND any(key IN keys(n) WHERE any(pattern IN $patterns WHERE toStringOrNull(n[key]) =~ pattern))
  RETURN ':' + labels(n)[0] AS place, count(n) AS entries
  UNION ALL
  MATCH (n)-[r]->() WHERE n.tenant = $tenant
    AND any(key IN keys(r) WHERE any(pattern IN $patterns WHERE toStringOrNull(r[key]) =~ pattern))
  RETURN '[:' + type(r) + ']' AS place, count(r) AS entries`;

const HELD = `
  MATCH (p:Profile {tenant: $tenant})-[w:WATCHED]->(t:Title) WHERE p.id IN $profiles
  RETURN p.id AS profile, p.generation AS generation, t.id AS title, toString(w.at) AS at, w.completed AS completed,
         w.rating AS rating
  ORDER BY profile, generation, title`;

/** Looks through Neo4j: everything of a tenant, whichever generation it is of. */
export class Neo4jTraces implements TraceSearch {
  readonly store = "NEO4J";

  constructor(private readonly neo4j: Neo4jStore) {}

  search(tenant: Tenant, wanted: readonly string[]): Promise<Trace[]> {
    // Cypher matches a text as a whole.
    const patterns = patternsOf(wanted).map((pattern) => `(?s).*${pattern}.*`);
    return this.#run<Trace>(SEARCH, tenant, { patterns });
  }

  heldOf(tenant: Tenant, profiles: readonly string[]): Promise<object[]> {
    return this.#run<object>(HELD, tenant, { profiles });
  }

  #run<R>(text: string, tenant: Tenant, parameters: object): Promise<R[]> {
    return this.neo4j.write<R>(
      { text, parameters: { ...parameters, tenant: integer(tenant.id) } },
      TIMEOUT_MS,
    );
  }
}
