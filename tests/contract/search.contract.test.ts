import { describe } from "vitest";

import { type TenantTier } from "../../datasources/core/tenant.js";
import { createTestTenant, openTestStores } from "../support/stores.js";
import { hiddenTitlesCases } from "./search-hidden.cases.js";
import { searchCases, type SearchUnderTest } from "./search.cases.js";

async function openPostgres(tier: TenantTier): Promise<SearchUnderTest> {
  const stores = await openTestStores();
  return {
    search: stores.search,
    projection: stores.searchProjection,
    createTenant: () => createTestTenant(stores, tier),
    settle: async () => {},
    close: () => stores.close(),
  };
}

describe.each<TenantTier>(["SHARED", "ISOLATED"])("search on PostgreSQL, tenants %s", (tier) => {
  searchCases(() => openPostgres(tier));
});

describe("search on PostgreSQL", () => {
  hiddenTitlesCases(() => openPostgres("SHARED"));
});
