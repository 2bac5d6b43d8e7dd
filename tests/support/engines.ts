import { Neo4jStore } from "../../datasources/engines/neo4j/store.neo4j.js";
import { OpenSearchStore } from "../../datasources/engines/opensearch/store.opensearch.js";
import { Neo4jTasteEngine } from "../../datasources/recommendations/neo4j/taste-engine.neo4j.js";
import { OpenSearchTitleEngine } from "../../datasources/search/opensearch/search-engine.opensearch.js";
import { type StoreName } from "../../datasources/core/store-request.js";
import { openStores, type Stores } from "../../datasources/stores/stores.js";
import { PATIENT_DEADLINE_MS } from "./patience.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { testAccountKeys } from "../../scripts/test-keys.js";

/** Whether this is the run of `npm run test:engines`; the ordinary run is on the embedded default. */
export const onEngines = process.env.MARQUEE_TEST_ENGINES === "1";

/** The time of a test that rebuilds projections: an engine's waits for reads under way, whose deadline is long here. */
export const REBUILDING_MS = onEngines ? 400_000 : undefined;

/** Variables that name an engine of its own, and the store that it is in `extensions.explain`. */
export const ENGINE_STORES = {
  MONGODB_URL: "MONGODB",
  OPENSEARCH_URL: "OPENSEARCH",
  NEO4J_URL: "NEO4J",
} as const satisfies Record<string, StoreName>;

/** As a gateway's environment: PostgreSQL answers for every domain, whatever this run has. */
export const NO_ENGINES: Record<string, string> = Object.fromEntries(
  Object.keys(ENGINE_STORES).map((name) => [name, "embedded:"]),
);

/** Whether this run has the engine that a variable names. */
export function isUnderTest(name: keyof typeof ENGINE_STORES): boolean {
  return onEngines && !["", "embedded:"].includes(process.env[name] ?? "");
}

/** A slow engine would be answered for by PostgreSQL. */
const ENGINE_OPTIONS = { deadlineMs: PATIENT_DEADLINE_MS, onLog: () => {} };

/** The engines that are set, as a gateway's environment. */
export function enginesUnderTest(): Record<string, string> {
  if (!onEngines) return {};
  const names = Object.keys(ENGINE_STORES) as (keyof typeof ENGINE_STORES)[];
  const set = names.filter(isUnderTest).map((name) => [name, process.env[name] ?? ""] as const);
  return Object.fromEntries(set);
}

/** Has the engines answer for a tenant from now on, with what the facts hold now. */
export async function fillEngines(stores: Pick<Stores, "projections">, tenant: Tenant): Promise<void> {
  await Promise.all(
    stores.projections.map(async (target) => {
      await target.rebuild(tenant);
      await target.status(tenant);
    }),
  );
}

/** Has OpenSearch find what was written until now, which its clock would do within half a second. */
export async function refreshSearch(): Promise<void> {
  const opensearch = new OpenSearchStore(process.env.OPENSEARCH_URL ?? "", ENGINE_OPTIONS);
  const path = `/${opensearch.prefix}-*/_refresh`;
  await opensearch.write({ method: "POST", path }).finally(() => opensearch.close());
}

/** Removes from OpenSearch and Neo4j, which keep the tenants of all databases together, those of this one. */
export async function removeFromEngines(postgresUrl: string, dataFolder: string): Promise<void> {
  const { OPENSEARCH_URL, NEO4J_URL } = enginesUnderTest();
  const opensearch = OPENSEARCH_URL ? new OpenSearchStore(OPENSEARCH_URL, ENGINE_OPTIONS) : undefined;
  const neo4j = NEO4J_URL ? new Neo4jStore(NEO4J_URL, ENGINE_OPTIONS) : undefined;
  const engines = [
    ...(opensearch ? [new OpenSearchTitleEngine(opensearch)] : []),
    ...(neo4j ? [new Neo4jTasteEngine(neo4j)] : []),
  ];
  try {
    for (const tenant of await tenantsOf(postgresUrl, dataFolder)) {
      for (const engine of engines) await engine.drop(tenant, []);
    }
  } finally {
    await Promise.all([opensearch?.close(), neo4j?.close()]);
  }
}

async function tenantsOf(postgresUrl: string, dataFolder: string): Promise<Tenant[]> {
  const stores = await openStores({ accountKeys: testAccountKeys, postgresUrl, dataFolder, log: () => {} });
  return stores.tenants.list().finally(() => stores.close());
}
