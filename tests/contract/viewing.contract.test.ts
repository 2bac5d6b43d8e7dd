import { type TenantTier } from "../../datasources/core/tenant.js";
import { useStores } from "../support/fixtures.js";
import { createTestTenant } from "../support/stores.js";
import { viewingContract, type ViewingUnderTest } from "./viewing.cases.js";

const stores = useStores();

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
