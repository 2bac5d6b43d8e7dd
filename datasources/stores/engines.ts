import { type Catalog } from "../catalog/catalog.js";
import { followed } from "../core/freshness.js";
import { type Search } from "../search/search.js";
import { type TargetContext } from "./engine-domains.js";
import { CATALOG_READS, SEARCH_READS, type Engine, type EngineOptions } from "./engine-parts.js";

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

/** Opens an engine that is somewhere; of one that is nowhere nothing is loaded, which is half of what a command takes to start. */
type Opening = (url: string, options: EngineOptions, context: TargetContext) => Engine;
const OPENINGS: Record<"mongodb" | "opensearch" | "neo4j", () => Promise<Opening>> = {
  mongodb: async () => (await import("./catalog-engine.js")).catalogEngine,
  opensearch: async () => (await import("./search-engine.js")).searchEngine,
  neo4j: async () => (await import("./taste-engine.js")).tasteEngine,
};

/** Opens the engines that have an address. Connects to none: an engine that is absent is one that does not answer yet. */
export async function openEngines(addresses: EngineAddresses, context: TargetContext): Promise<Engine[]> {
  const { deadlineMs } = addresses;
  const names = Object.keys(OPENINGS) as (keyof typeof OPENINGS)[];
  const opened = names.map(async (name) => {
    const address = addresses[name];
    if (!address) return [];
    const options = { deadlineMs, caFile: address.caFile, onLog: context.onLog };
    return [(await OPENINGS[name]())(address.url, options, context)];
  });
  return (await Promise.all(opened)).flat();
}
