import { describe } from "vitest";

import { type TenantTier } from "../../datasources/core/tenant.js";
import { createTestTenant, openTestStores } from "../support/stores.js";
import { searchCases } from "./search.cases.js";

describe.each<TenantTier>(["SHARED", "ISOLATED"])("search on PostgreSQL, tenants %s", (tier) => {
  searchCases(async () => {
    const stores = await openTestStores();
    return {
      search: stores.search,
      projection: stores.searchProjection,
      createTenant: () => createTestTenant(stores, tier),
      settle: async () => {},
      close: () => stores.close(),
    };
  });
});
