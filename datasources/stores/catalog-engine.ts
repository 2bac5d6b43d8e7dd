import { MongoTraces } from "../privacy/traces.mongodb.js";
import { type Catalog } from "../catalog/catalog.js";
import { MongoCatalog } from "../catalog/mongodb/catalog.mongodb.js";
import { MongoCatalogEngine } from "../catalog/mongodb/catalog-engine.mongodb.js";
import { MongoStore } from "../engines/mongodb/store.mongodb.js";
import { type TargetContext } from "./engine-domains.js";
import { CATALOG_READS, filledWithTitles, lifeOf, type Engine, type EngineOptions } from "./engine-parts.js";
import { writtenTitles } from "./title-targets.js";

/** The catalog in MongoDB. */
export function catalogEngine(url: string, options: EngineOptions, context: TargetContext): Engine {
  const store = new MongoStore(url, options);
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
    traces: new MongoTraces(store),
    ...lifeOf(store),
  };
}
