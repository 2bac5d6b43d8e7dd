import { CATALOG_PLACES } from "../../datasources/catalog/postgres/catalog-places.postgres.js";
import { toSql, type SqlPlaces } from "../../datasources/engines/postgres/predicate.postgres.js";
import { join, PostgresStore, sql, type Sql } from "../../datasources/engines/postgres/store.postgres.js";
import { SEARCH_PLACES } from "../../datasources/search/postgres/search-places.postgres.js";
import { applicationUrl, openStores } from "../../datasources/stores/stores.js";
import { type PredicateStore } from "../contract/predicate.cases.js";
import { PATIENT_DEADLINE_MS } from "./patience.js";
import { createTestTenant } from "./stores.js";
import { testAccountKeys } from "../../scripts/test-keys.js";

/** PostgreSQL's catalog and search as stores of predicates, with a tenant of their own. */
export async function openPostgresPredicates(postgresUrl: string) {
  const stores = await openStores({
    accountKeys: testAccountKeys,
    postgresUrl,
    dataFolder: "/nonexistent",
    log: () => {},
  });
  const postgres = new PostgresStore(await applicationUrl(postgresUrl), () => undefined, PATIENT_DEADLINE_MS);
  const tenant = await createTestTenant(stores);
  const store = (
    name: string,
    table: Sql,
    places: SqlPlaces,
  ): Pick<PredicateStore, "name" | "tenant" | "find"> => ({
    name,
    tenant,
    find: (predicates) => {
      const each = predicates.map(
        (predicate) =>
          sql`select array(select t.id from ${table} t where ${toSql(predicate, places)}) as ids`,
      );
      return postgres.transaction(tenant, async (query) => {
        const rows = await query<{ ids: string[] }>(join(each, " union all "));
        return rows.map(({ ids }) => ids);
      });
    },
  });
  const catalog: PredicateStore = {
    ...store("PostgreSQL's catalog", sql`catalog_titles`, CATALOG_PLACES),
    put: (titles) => stores.catalogProjection.put(tenant, titles),
    serves: { catalog: stores.catalog },
  };
  const search: PredicateStore = {
    ...store("PostgreSQL's search", sql`search_titles`, SEARCH_PLACES),
    put: (titles) => stores.searchProjection.put(tenant, titles),
    serves: { search: stores.search },
  };
  return {
    stores: [catalog, search],
    close: async () => void (await Promise.all([postgres.close(), stores.close()])),
  };
}
