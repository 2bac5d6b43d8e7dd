import { type TenantTier } from "../../datasources/core/tenant.js";
import { createTestTenant, openTestStores } from "../support/stores.js";
import { recommendationsContract } from "./recommendations.cases.js";
import { tasteGraphContract } from "./recommendations-replace.cases.js";
import { type RecommendationsUnderTest } from "./recommendations-support.js";

async function openPostgres(tier: TenantTier): Promise<RecommendationsUnderTest> {
  const stores = await openTestStores();
  return {
    recommendations: stores.recommendations,
    tasteGraph: stores.tasteGraph,
    createTenant: () => createTestTenant(stores, tier),
    ingest: async (tenant, events) => void (await stores.viewingIngest.ingest(tenant, events)),
    setNotForMe: async (tenant, profileId, titleId, notForMe) =>
      void (await stores.viewingWriting.setNotForMe(tenant, { profileId, titleId }, notForMe)),
    close: () => stores.close(),
  };
}

recommendationsContract("PostgreSQL", () => openPostgres("SHARED"));
recommendationsContract("PostgreSQL, isolated tenants", () => openPostgres("ISOLATED"));
tasteGraphContract("PostgreSQL", () => openPostgres("SHARED"));
