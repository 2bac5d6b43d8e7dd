import { afterAll, beforeAll } from "vitest";

import { type Stores } from "../../datasources/stores/stores.js";
import { type TenantTier } from "../../datasources/core/tenant.js";
import { createTestTenant, openTestStores } from "../support/stores.js";
import { viewingContract, type ViewingUnderTest } from "./viewing.cases.js";

let stores: Stores;
beforeAll(async () => {
  stores = await openTestStores();
});
afterAll(() => stores.close());

function openPostgres(tier: TenantTier): Promise<ViewingUnderTest> {
  return Promise.resolve({
    viewing: stores.viewing,
    ingest: stores.viewingIngest,
    createTenant: () => createTestTenant(stores, tier),
    close: () => Promise.resolve(),
  });
}

viewingContract("PostgreSQL", () => openPostgres("SHARED"));
viewingContract("PostgreSQL, isolated tenants", () => openPostgres("ISOLATED"));
