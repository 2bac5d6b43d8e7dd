import { type Tenant } from "../core/tenant.js";
import { type Catalog } from "../catalog/catalog.js";
import { MongoCatalog } from "../catalog/mongodb/catalog.mongodb.js";
import { MongoCatalogEngine } from "../catalog/mongodb/catalog-engine.mongodb.js";
import { TitleGenerations, type TitleEngine } from "../catalog/title-generations.js";
import { type MovableDomains, type TargetContext } from "./engine-domains.js";
import { followed } from "../core/freshness.js";
import { type FollowingEngine } from "../core/store-request.js";
import { MongoStore } from "../engines/mongodb/store.mongodb.js";
import { Neo4jStore } from "../engines/neo4j/store.neo4j.js";
import { OpenSearchStore } from "../engines/opensearch/store.opensearch.js";
import { projectionTarget, type ProjectionTarget } from "../projection/targets/projection-target.js";
import { Neo4jRecommendations } from "../recommendations/neo4j/recommendations.neo4j.js";
import { type Recommendations, type TasteGraph } from "../recommendations/recommendations.js";
import { tasteFollower } from "../recommendations/taste-follower.js";
import { Neo4jTasteEngine } from "../recommendations/neo4j/taste-engine.neo4j.js";
import { TasteGenerations } from "../recommendations/taste-generations.js";
import { tasteFacts, type TasteFact } from "../recommendations/taste-graph-source.js";
import { OpenSearchSearch } from "../search/opensearch/search.opensearch.js";
import { type Search } from "../search/search.js";
import { OpenSearchTitleEngine } from "../search/opensearch/search-engine.opensearch.js";
import { withStandby, writtenToBoth } from "../projection/targets/standby.js";
import { type StoreGuard } from "../engines/store-guard.js";
import { healthOf, type StoreHealth } from "../engines/store-health.js";
import { titleTarget, writtenTitles } from "./title-targets.js";

const CATALOG_READS = [
  "titlesByIds",
  "visibleTitles",
  "titles",
  "titleRefs",
  "countTitles",
  "genres",
  "namesByIds",
  "creditsOfPeople",
] as const satisfies (keyof Catalog)[];
const SEARCH_READS = ["search", "suggest"] as const satisfies (keyof Search)[];
const TASTE_READS = ["forProfiles", "similarTo"] as const satisfies (keyof Recommendations)[];

/** PostgreSQL's domains that are read from projections, so that requests can wait for these. The taste graph is not: there it is the facts. */
export function followedDomains<T extends { catalog: Catalog; search: Search }>(domains: T): T {
  return {
    ...domains,
    catalog: followed<Catalog, keyof Catalog>(domains.catalog, "catalog.postgres", CATALOG_READS),
    search: followed<Search, keyof Search>(domains.search, "search.postgres", SEARCH_READS),
  };
}

/** Where an engine is. */
export interface EngineAddress {
  url: string;
  /** PEM file of the authority that signed the server's certificate. */
  caFile: string | undefined;
}

/** The engines that have domains of their own; null leaves a domain with PostgreSQL. */
export interface EngineAddresses {
  mongodb: EngineAddress | null;
  opensearch: EngineAddress | null;
  neo4j: EngineAddress | null;
  /** Time that one call may take. Milliseconds. */
  deadlineMs: number;
}

/** An open engine: the domains it takes over, its projection, its health. */
export interface Engine {
  domains: Partial<MovableDomains>;
  target: ProjectionTarget;
  guard: StoreGuard;
  health(): Promise<StoreHealth>;
  close(): Promise<void>;
}

/** Opens the engines that have an address. Connects to none: an engine that is absent is one that does not answer yet. */
export function openEngines(addresses: EngineAddresses, context: TargetContext): Engine[] {
  const { mongodb, opensearch, neo4j, deadlineMs } = addresses;
  const { onLog } = context;
  const options = (address: EngineAddress) => ({ deadlineMs, caFile: address.caFile, onLog });
  return [
    ...(mongodb ? [catalogEngine(new MongoStore(mongodb.url, options(mongodb)), context)] : []),
    ...(opensearch ? [searchEngine(new OpenSearchStore(opensearch.url, options(opensearch)), context)] : []),
    ...(neo4j ? [tasteEngine(new Neo4jStore(neo4j.url, options(neo4j)), context)] : []),
  ];
}

function catalogEngine(store: MongoStore, context: TargetContext): Engine {
  const { catalog, catalogProjection } = context.standby;
  const name = { name: "catalog.mongodb", store: "MONGODB", domain: "catalog" } as const;
  const engine = new MongoCatalogEngine(store);
  const { titles, target, reader } = filledWithTitles(name, engine, store, context);
  return {
    domains: {
      catalog: reader<Catalog, keyof Catalog>(new MongoCatalog(store, titles), catalog, CATALOG_READS),
      catalogProjection: writtenTitles(catalogProjection, titles, target),
    },
    target,
    ...lifeOf(store),
  };
}

function searchEngine(store: OpenSearchStore, context: TargetContext): Engine {
  const { search, searchProjection } = context.standby;
  const name = { name: "search.opensearch", store: "OPENSEARCH", domain: "search" } as const;
  const engine = new OpenSearchTitleEngine(store);
  const { titles, target, reader } = filledWithTitles(name, engine, store, context);
  return {
    domains: {
      search: reader<Search, keyof Search>(new OpenSearchSearch(store, titles), search, SEARCH_READS),
      searchProjection: writtenTitles(searchProjection, titles, target),
    },
    target,
    ...lifeOf(store),
  };
}

function tasteEngine(store: Neo4jStore, context: TargetContext): Engine {
  const { standby, holds, ledgerOf, onLog } = context;
  const { tasteGraphSource: facts } = standby;
  const name = { name: "recommendations.neo4j", store: "NEO4J", domain: "recommendations" } as const;
  const engine = new Neo4jTasteEngine(store);
  const graph = new TasteGenerations(engine, ledgerOf(name.name, engine.form), facts);
  const topics = ["WATCH", "PROFILE"] as const;
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
  const replacing: TasteGraph = {
    replace: (tenant, edges, model) =>
      holds.during(() => graph.replace(tenant, edges, model), {
        tenant,
        topics,
        replay: (events) => follower.apply(tenant, events),
      }),
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
    },
    target,
    ...lifeOf(store),
  };
}

/** The generations of titles that an engine holds, the target that fills them, and how a domain is read from them. */
function filledWithTitles(
  name: Parameters<typeof titleTarget>[0],
  engine: TitleEngine & { form: string },
  store: { ping(): Promise<unknown>; guard: StoreGuard },
  context: TargetContext,
) {
  const titles = new TitleGenerations(engine, context.ledgerOf(name.name, engine.form));
  const target = titleTarget(name, titles, () => store.ping(), context);
  return { titles, target, reader: readerOf(target, store, titles) };
}

/** How a domain is read that an engine answers as far as its projection has followed, and PostgreSQL where the engine does not. */
function readerOf(
  target: ProjectionTarget,
  { guard }: { guard: StoreGuard },
  generations: { lookAgain(tenant: Tenant): void },
) {
  // Nobody waits for an engine that is left alone just now: its standby answers.
  const engine: FollowingEngine = {
    isDown: () => guard.state === "OPEN",
    followed: (tenant) => generations.lookAgain(tenant),
  };
  return <T extends object, M extends keyof T & string>(domain: T, standby: T, reads: readonly M[]) =>
    withStandby<Pick<T, M>, M>(followed<T, M>(domain, target.name, reads, engine), standby, target, reads);
}

function lifeOf(store: {
  guard: StoreGuard;
  ping(): Promise<{ version: string }>;
  close(): Promise<void>;
}): Pick<Engine, "guard" | "health" | "close"> {
  return {
    guard: store.guard,
    health: () => healthOf(store, "SERVER"),
    close: () => store.close(),
  };
}
