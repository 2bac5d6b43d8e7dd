import { MongoCatalogEngine } from "../../datasources/catalog/mongodb/catalog-engine.mongodb.js";
import { MongoStore } from "../../datasources/engines/mongodb/store.mongodb.js";
import { Neo4jStore } from "../../datasources/engines/neo4j/store.neo4j.js";
import { OpenSearchStore } from "../../datasources/engines/opensearch/store.opensearch.js";
import { Neo4jTasteEngine } from "../../datasources/recommendations/neo4j/taste-engine.neo4j.js";
import { OpenSearchTitleEngine } from "../../datasources/search/opensearch/search-engine.opensearch.js";
import { openStores } from "../../datasources/stores/stores.js";
import { type Ground } from "./ground.js";
import { testAccountKeys } from "../test-keys.js";

const OPTIONS = { deadlineMs: 60_000, onLog: () => {} };

const OPEN = {
  MONGODB: (url: string) => {
    const store = new MongoStore(url, OPTIONS);
    return { store, engine: new MongoCatalogEngine(store) };
  },
  OPENSEARCH: (url: string) => {
    const store = new OpenSearchStore(url, OPTIONS);
    return { store, engine: new OpenSearchTitleEngine(store) };
  },
  NEO4J: (url: string) => {
    const store = new Neo4jStore(url, OPTIONS);
    return { store, engine: new Neo4jTasteEngine(store) };
  },
};

/** An engine that a gateway of the ground has filled. */
export type FilledEngine = keyof typeof OPEN;

/** Removes from an engine, which may be others' as well, the tenants of the ground. */
export async function leaveEngine(ground: Ground, name: FilledEngine, url: string): Promise<void> {
  const stores = await openStores({ accountKeys: testAccountKeys, ...ground, log: () => {} });
  const tenants = await stores.tenants.list().finally(() => stores.close());
  const { store, engine } = OPEN[name](url);
  try {
    for (const tenant of tenants) await engine.drop(tenant, []);
  } finally {
    await store.close();
  }
}
