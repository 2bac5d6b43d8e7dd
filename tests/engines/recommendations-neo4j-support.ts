import { randomInt } from "node:crypto";

import { Neo4jStore, type Neo4jOptions } from "../../datasources/engines/neo4j/store.neo4j.js";
import { Neo4jRecommendations } from "../../datasources/recommendations/neo4j/recommendations.neo4j.js";
import { type Aversion, type Watch } from "../../datasources/recommendations/taste-graph-source.js";
import { Neo4jTasteEngine } from "../../datasources/recommendations/neo4j/taste-engine.neo4j.js";
import { TasteGenerations } from "../../datasources/recommendations/taste-generations.js";
import { openLedger, type LedgerUnderTest } from "./ledger-support.js";
import { type Tenant, type TenantTier } from "../../datasources/core/tenant.js";
import { type ViewingEvent } from "../../datasources/viewing/viewing.js";
import { type RecommendationsUnderTest } from "../contract/recommendations-support.js";
import { madeUpTenant } from "../support/tenants.js";

export const DEADLINE_MS = 2_000;

export function neo4jUrl(): string {
  return process.env["NEO4J_URL"] ?? "";
}

export function openStore(options: Partial<Neo4jOptions> = {}, url = neo4jUrl()): Neo4jStore {
  return new Neo4jStore(url, { deadlineMs: DEADLINE_MS, onLog: () => undefined, ...options });
}

/** A tenant that nothing else uses: Neo4j knows it by its number alone. */
export function newTenant(tier: TenantTier = "SHARED"): Tenant {
  const id = randomInt(1_000_000_000, 2_000_000_000);
  const slug = `test-${id}`;
  return madeUpTenant({ id, slug, name: slug, tier });
}

export interface Neo4jUnderTest extends RecommendationsUnderTest {
  store: Neo4jStore;
  tasteGraph: TasteGenerations;
  ledger: LedgerUnderTest;
  /** What the source of truth holds. */
  facts: Map<number, Watch[]>;
}

/** The adapters over a source of truth kept in memory. Closing removes the tenants that were made. */
export async function openNeo4j(tier: TenantTier = "SHARED"): Promise<Neo4jUnderTest> {
  const store = openStore();
  const facts = new Map<number, Watch[]>();
  const aversions = new Map<number, Aversion[]>();
  const tenants: Tenant[] = [];
  const ledger = openLedger();
  const tasteGraph = new TasteGenerations(new Neo4jTasteEngine(store), ledger, {
    watches: async function* (tenant) {
      yield facts.get(tenant.id) ?? [];
    },
    aversions: async function* (tenant) {
      yield aversions.get(tenant.id) ?? [];
    },
  });
  await tasteGraph.prepare();
  return {
    store,
    facts,
    tasteGraph,
    ledger,
    recommendations: new Neo4jRecommendations(store, tasteGraph),
    createTenant: () => {
      const tenant = newTenant(tier);
      tenants.push(tenant);
      return Promise.resolve(tenant);
    },
    ingest: async (tenant, events) => {
      const watches = events.map(watchOf);
      facts.set(tenant.id, [...(facts.get(tenant.id) ?? []), ...watches]);
      await tasteGraph.recordWatches(tenant, watches);
    },
    setNotForMe: async (tenant, profileId, titleId, notForMe) => {
      const revision = Date.now() * 1_000;
      const others = (aversions.get(tenant.id) ?? []).filter(
        (known) => known.profileId !== profileId || known.titleId !== titleId,
      );
      const said = { profileId, titleId, at: new Date().toISOString(), revision };
      aversions.set(tenant.id, notForMe ? [...others, said] : others);
      if (notForMe) await tasteGraph.recordAversions(tenant, [said]);
      else await tasteGraph.removeAversions(tenant, [said]);
    },
    close: async () => {
      for (const tenant of tenants) await tasteGraph.remove(tenant);
      await Promise.all([store.close(), ledger.close()]);
    },
  };
}

function watchOf({ profileId, titleId, at, completed, rating }: ViewingEvent): Watch {
  return { profileId, titleId, at, completed: completed ?? false, rating };
}
