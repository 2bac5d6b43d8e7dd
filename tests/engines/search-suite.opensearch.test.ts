import { afterAll, describe } from "vitest";

import { suiteCases } from "../search/suite.cases.js";
import { openOpenSearch } from "./opensearch-support.js";

const URL = process.env.OPENSEARCH_URL;
if (!URL) console.warn("NOT RUN: known items on OpenSearch, because OPENSEARCH_URL is not set");

let opensearch: ReturnType<typeof openOpenSearch> | undefined;
afterAll(() => opensearch?.close());

describe.skipIf(!URL)("known items on OpenSearch", () => {
  suiteCases(async (films) => {
    opensearch = openOpenSearch(URL ?? "", "SHARED");
    const tenant = await opensearch.openTenant();
    await opensearch.projection.put(tenant, films);
    await opensearch.settleOf(tenant);
    return { search: opensearch.search, tenant };
  });
});
