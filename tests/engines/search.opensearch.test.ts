import { describe } from "vitest";

import { type TenantTier } from "../../datasources/core/tenant.js";
import { hiddenTitlesCases } from "../contract/search-hidden.cases.js";
import { searchCases, type SearchUnderTest } from "../contract/search.cases.js";
import { openOpenSearch } from "./opensearch-support.js";

const URL = process.env.OPENSEARCH_URL;
if (!URL) console.warn("NOT RUN: search on OpenSearch, because OPENSEARCH_URL is not set");

function openTier(tier: TenantTier): Promise<SearchUnderTest> {
  const opensearch = openOpenSearch(URL ?? "", tier);
  return Promise.resolve({ ...opensearch, createTenant: () => opensearch.openTenant() });
}

describe.skipIf(!URL).each<TenantTier>(["SHARED", "ISOLATED"])("search on OpenSearch, tenants %s", (tier) => {
  searchCases(() => openTier(tier));
});

describe.skipIf(!URL)("search on OpenSearch", () => {
  hiddenTitlesCases(() => openTier("SHARED"));
});
