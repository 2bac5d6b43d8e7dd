import { describe } from "vitest";

import { type TenantTier } from "../../datasources/core/tenant.js";
import { searchCases } from "../contract/search.cases.js";
import { openOpenSearch } from "./opensearch-support.js";

const URL = process.env.OPENSEARCH_URL;
if (!URL) console.warn("NOT RUN: search on OpenSearch, because OPENSEARCH_URL is not set");

describe.skipIf(!URL).each<TenantTier>(["SHARED", "ISOLATED"])("search on OpenSearch, tenants %s", (tier) => {
  searchCases(() => {
    const opensearch = openOpenSearch(URL ?? "", tier);
    return Promise.resolve({ ...opensearch, createTenant: () => opensearch.openTenant() });
  });
});
