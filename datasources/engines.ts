import { type Catalog, type CatalogProjection } from "./catalog/catalog.js";
import { MongoCatalog } from "./catalog/catalog.mongodb.js";
import { MongoCatalogProjection } from "./catalog/catalog-projection.mongodb.js";
import { type TitleDocument } from "./catalog/title.document.js";
import { type TitleVersions } from "./catalog/title-versions.js";
import { MongoStore } from "./mongodb/store.mongodb.js";
import { Neo4jStore } from "./neo4j/store.neo4j.js";
import { OpenSearchStore } from "./opensearch/store.opensearch.js";
import { projectionTarget, type ProjectionSource, type ProjectionTarget } from "./projection-target.js";
import { Neo4jRecommendations } from "./recommendations/recommendations.neo4j.js";
import { type Recommendations, type TasteGraph } from "./recommendations/recommendations.js";
import { Neo4jTasteGraph } from "./recommendations/taste-graph.neo4j.js";
import { tasteFacts, type TasteFact, type TasteGraphSource } from "./recommendations/taste-graph-source.js";
import { OpenSearchSearch } from "./search/search.opensearch.js";
import { type Search, type SearchProjection } from "./search/search.js";
import { OpenSearchSearchProjection } from "./search/search-projection.opensearch.js";
import { withStandby, writtenToBoth } from "./standby.js";
import { type StoreGuard } from "./store-guard.js";
import { healthOf, type StoreHealth } from "./store-health.js";
import { type Tenant } from "./tenant.js";
import { type Top10Job } from "./top10/top10.js";

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

/** The domains that an engine can take over. */
export interface MovableDomains {
  catalog: Catalog;
  catalogProjection: CatalogProjection;
  search: Search;
  searchProjection: SearchProjection;
  recommendations: Recommendations;
  tasteGraph: TasteGraph;
}

/** What PostgreSQL has of them: it answers while an engine does not, and engines are filled from it. */
export interface StandbyDomains extends MovableDomains {
  titleVersions: TitleVersions;
  top10Job: Top10Job;
  tasteGraphSource: TasteGraphSource;
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
export function openEngines(
  addresses: EngineAddresses,
  standby: StandbyDomains,
  onLog: (line: string) => void,
): Engine[] {
  const { mongodb, opensearch, neo4j, deadlineMs } = addresses;
  const options = (address: EngineAddress) => ({ deadlineMs, caFile: address.caFile, onLog });
  return [
    ...(mongodb ? [catalogEngine(new MongoStore(mongodb.url, options(mongodb)), standby, onLog)] : []),
    ...(opensearch
      ? [searchEngine(new OpenSearchStore(opensearch.url, options(opensearch)), standby, onLog)]
      : []),
    ...(neo4j ? [tasteEngine(new Neo4jStore(neo4j.url, options(neo4j)), standby, onLog)] : []),
  ];
}

function catalogEngine(store: MongoStore, standby: StandbyDomains, onLog: (line: string) => void): Engine {
  const projection = new MongoCatalogProjection(store);
  const target = projectionTarget("MONGODB", "catalog", projection, titleSource(standby), onLog);
  return {
    domains: {
      catalog: withStandby<Catalog, keyof Catalog>(new MongoCatalog(store), standby.catalog, target, [
        "titlesByIds",
        "visibleTitles",
        "titles",
        "titleRefs",
        "countTitles",
        "genres",
        "namesByIds",
        "creditsOfPeople",
      ]),
      catalogProjection: writtenToBoth<CatalogProjection, keyof CatalogProjection>(
        standby.catalogProjection,
        projection,
        target,
        ["put", "setPopularity"],
      ),
    },
    target,
    ...lifeOf(store),
  };
}

function searchEngine(
  store: OpenSearchStore,
  standby: StandbyDomains,
  onLog: (line: string) => void,
): Engine {
  const projection = new OpenSearchSearchProjection(store);
  const target = projectionTarget("OPENSEARCH", "search", projection, titleSource(standby), onLog);
  return {
    domains: {
      search: withStandby<Search, keyof Search>(new OpenSearchSearch(store), standby.search, target, [
        "search",
        "suggest",
      ]),
      searchProjection: writtenToBoth<SearchProjection, keyof SearchProjection>(
        standby.searchProjection,
        projection,
        target,
        ["put", "setPopularity"],
      ),
    },
    target,
    ...lifeOf(store),
  };
}

function tasteEngine(store: Neo4jStore, standby: StandbyDomains, onLog: (line: string) => void): Engine {
  const graph = new Neo4jTasteGraph(store, standby.tasteGraphSource);
  const source: ProjectionSource<TasteFact> = {
    batches: (tenant) => tasteFacts(standby.tasteGraphSource, tenant),
    count: (tenant) => standby.tasteGraphSource.count(tenant),
  };
  const target = projectionTarget("NEO4J", "recommendations", graph, source, onLog);
  return {
    domains: {
      recommendations: withStandby<Recommendations, keyof Recommendations>(
        new Neo4jRecommendations(store),
        standby.recommendations,
        target,
        ["forProfiles", "similarTo"],
      ),
      tasteGraph: writtenToBoth<TasteGraph, keyof TasteGraph>(standby.tasteGraph, graph, target, ["replace"]),
    },
    target,
    ...lifeOf(store),
  };
}

/** Titles in force with their popularity, which the facts do not hold. */
function titleSource(standby: StandbyDomains): ProjectionSource<TitleDocument> {
  return {
    count: (tenant) => standby.titleVersions.countInForce(tenant),
    async *batches(tenant: Tenant) {
      const popularity = await standby.top10Job.popularity(tenant);
      for await (const titles of standby.titleVersions.inForce(tenant)) {
        yield titles.map((title) => ({ ...title, popularity: popularity.get(title.id) ?? 0 }));
      }
    },
  };
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
