import { Neo4jTraces } from "../privacy/traces.neo4j.js";
import { Neo4jStore } from "../engines/neo4j/store.neo4j.js";
import { projectionTarget } from "../projection/targets/projection-target.js";
import { writtenToBoth } from "../projection/targets/standby.js";
import { Neo4jRecommendations } from "../recommendations/neo4j/recommendations.neo4j.js";
import { Neo4jTasteEngine } from "../recommendations/neo4j/taste-engine.neo4j.js";
import { type Recommendations, type TasteGraph } from "../recommendations/recommendations.js";
import { type TasteModels } from "../recommendations/taste-models.js";
import { type Tenant } from "../core/tenant.js";
import { tasteFollower } from "../recommendations/taste-follower.js";
import { TasteGenerations } from "../recommendations/taste-generations.js";
import { tasteFacts, type TasteFact } from "../recommendations/taste-graph-source.js";
import { type TargetContext } from "./engine-domains.js";
import { lifeOf, readerOf, TASTE_READS, type Engine, type EngineOptions } from "./engine-parts.js";

/** Recommendations in Neo4j. */
export function tasteEngine(url: string, options: EngineOptions, context: TargetContext): Engine {
  const store = new Neo4jStore(url, options);
  const { standby, holds, ledgerOf, onLog } = context;
  const { tasteGraphSource: facts } = standby;
  const name = { name: "recommendations.neo4j", store: "NEO4J", domain: "recommendations" } as const;
  const engine = new Neo4jTasteEngine(store);
  const graph = new TasteGenerations(engine, ledgerOf(name.name, engine.form), facts);
  const topics = ["WATCH", "NOT_FOR_ME", "PROFILE"] as const;
  const follower = tasteFollower(facts, graph);
  const target = projectionTarget<TasteFact>({
    ...name,
    topics,
    projection: graph,
    source: { batches: (tenant) => tasteFacts(facts, tenant), count: (tenant) => facts.count(tenant) },
    sections: graph.sections(facts),
    follower,
    holds,
    ping: () => store.ping(),
    onMissed: onLog,
  });
  const held = (tenant: Tenant, fill: () => Promise<void>) =>
    holds.during(fill, { tenant, topics, replay: (events) => follower.apply(tenant, events) });
  const replacing: TasteGraph = {
    replace: (tenant, edges, model) => held(tenant, () => graph.replace(tenant, edges, model)),
  };
  // PostgreSQL has switched before: what it reads is what the engine is filled with.
  const promoting = {
    promote: (tenant: Tenant) => held(tenant, () => graph.rebuild(tenant, tasteFacts(facts, tenant))),
  };
  return {
    domains: {
      recommendations: readerOf(target, store, graph)<Recommendations, keyof Recommendations>(
        new Neo4jRecommendations(store, graph),
        standby.recommendations,
        TASTE_READS,
      ),
      tasteGraph: writtenToBoth<TasteGraph, keyof TasteGraph>(standby.tasteGraph, replacing, target, [
        "replace",
      ]),
      tasteModels: {
        keep: (...kept) => standby.tasteModels.keep(...kept),
        models: (tenant) => standby.tasteModels.models(tenant),
        edgesOf: (tenant, number) => standby.tasteModels.edgesOf(tenant, number),
        liveEdges: (tenant) => standby.tasteModels.liveEdges(tenant),
        ...writtenToBoth<Pick<TasteModels, "promote">, "promote">(standby.tasteModels, promoting, target, [
          "promote",
        ]),
      },
    },
    target,
    traces: new Neo4jTraces(store),
    ...lifeOf(store),
  };
}
