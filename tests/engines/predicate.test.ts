import { describe } from "vitest";

import { PLACES as MONGO_PLACES } from "../../datasources/catalog/mongodb/catalog-filter.mongodb.js";
import { TITLES, type TitleRecord } from "../../datasources/catalog/mongodb/catalog-record.mongodb.js";
import { MongoCatalog } from "../../datasources/catalog/mongodb/catalog.mongodb.js";
import { allOf, toConditions } from "../../datasources/engines/mongodb/predicate.mongodb.js";
import { toClauses } from "../../datasources/engines/opensearch/predicate.opensearch.js";
import { SEARCH_PLACES } from "../../datasources/search/opensearch/search-places.opensearch.js";
import { predicateContract, type PredicateStore } from "../contract/predicate.cases.js";
import { openPostgresPredicates } from "../support/predicate-postgres.js";
import { MONGODB_URL, openMongo } from "./mongo-support.js";
import { openOpenSearch } from "./opensearch-support.js";

const { MARQUEE_TEST_POSTGRES_URL, POSTGRES_URL, OPENSEARCH_URL = "" } = process.env;
const SERVER = MARQUEE_TEST_POSTGRES_URL ?? POSTGRES_URL ?? "";
const complete = [SERVER, MONGODB_URL, OPENSEARCH_URL].every(Boolean);
if (!complete)
  console.warn("Not all engines are set: the stores are not held to one answer about which titles");

async function openMongoPredicates() {
  const mongo = openMongo();
  const tenant = await mongo.openTenant();
  const projection = mongo.titlesOf();
  const store: PredicateStore = {
    name: "MongoDB",
    tenant,
    put: (titles) => projection.put(tenant, titles),
    find: (predicates) => {
      const titles = mongo.store.databaseOf(tenant).collection<TitleRecord>(TITLES);
      const found = predicates.map((predicate) =>
        titles
          .find({ $and: [{ tenant: tenant.id }, allOf(toConditions(predicate, MONGO_PLACES))] })
          .project<{ id: string }>({ _id: 0, id: 1 })
          .toArray(),
      );
      return Promise.all(found.map(async (rows) => (await rows).map(({ id }) => id)));
    },
    serves: { catalog: new MongoCatalog(mongo.store, projection) },
  };
  return { store, close: () => mongo.close() };
}

async function openOpenSearchPredicates() {
  const {
    store: opensearch,
    projection,
    search,
    openTenant,
    ledger,
    settle,
    close,
  } = openOpenSearch(OPENSEARCH_URL, "SHARED");
  const tenant = await openTenant();
  const store: PredicateStore = {
    name: "OpenSearch",
    tenant,
    put: async (titles) => {
      await projection.put(tenant, titles);
      await settle();
    },
    find: async (predicates) => {
      const { live } = await ledger.standing(tenant);
      const lines = predicates.flatMap((predicate) => [
        { index: opensearch.aliasOf(tenant, live ?? 0) },
        { size: 1_000, _source: ["id"], query: { bool: { filter: toClauses(predicate, SEARCH_PLACES) } } },
      ]);
      const { body } = await opensearch.send<{ responses: Answer[] }>({
        method: "POST",
        path: "/_msearch",
        lines,
      });
      return body.responses.map(({ hits }) => hits.hits.map(({ _source }) => _source.id));
    },
    serves: { search },
  };
  return { store, close };
}

interface Answer {
  hits: { hits: { _source: { id: string } }[] };
}

describe.skipIf(!complete)("on the engines", () => {
  predicateContract(40, async () => {
    const postgres = await openPostgresPredicates(SERVER);
    const mongodb = await openMongoPredicates();
    const opensearch = await openOpenSearchPredicates();
    return {
      stores: [...postgres.stores, mongodb.store, opensearch.store],
      close: async () => void (await Promise.all([postgres.close(), mongodb.close(), opensearch.close()])),
    };
  });
});
