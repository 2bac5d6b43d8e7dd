import { afterAll, describe } from "vitest";

import { type Stores } from "../../datasources/stores/stores.js";
import { createTestTenant, openTestStores } from "../support/stores.js";
import { suiteCases } from "./suite.cases.js";

let stores: Stores | undefined;
afterAll(() => stores?.close());

describe("known items on PostgreSQL", () => {
  suiteCases(async (films) => {
    stores = await openTestStores();
    const tenant = await createTestTenant(stores);
    await stores.searchProjection.put(tenant, films);
    return { search: stores.search, tenant };
  });
});
