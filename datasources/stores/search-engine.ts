import { OpenSearchTraces } from "../privacy/traces.opensearch.js";
import { OpenSearchStore } from "../engines/opensearch/store.opensearch.js";
import { OpenSearchSearch } from "../search/opensearch/search.opensearch.js";
import { OpenSearchTitleEngine } from "../search/opensearch/search-engine.opensearch.js";
import { type Search } from "../search/search.js";
import { type TargetContext } from "./engine-domains.js";
import { filledWithTitles, lifeOf, SEARCH_READS, type Engine, type EngineOptions } from "./engine-parts.js";
import { writtenTitles } from "./title-targets.js";

/** Search in OpenSearch. */
export function searchEngine(url: string, options: EngineOptions, context: TargetContext): Engine {
  const store = new OpenSearchStore(url, options);
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
    traces: new OpenSearchTraces(store),
    ...lifeOf(store),
  };
}
