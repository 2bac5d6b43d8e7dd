import { describe } from "vitest";

import { MongoCatalog } from "../../datasources/catalog/mongodb/catalog.mongodb.js";
import { type TenantTier } from "../../datasources/core/tenant.js";
import { catalogCreditsContract } from "../contract/catalog-credits.cases.js";
import { catalogListsContract } from "../contract/catalog-lists.cases.js";
import { type CatalogUnderTest } from "../contract/catalog-model.js";
import { catalogContract } from "../contract/catalog.cases.js";
import { MONGODB_URL, openMongo } from "./mongo-support.js";

function openCatalog(tier: TenantTier): Promise<CatalogUnderTest> {
  const mongo = openMongo();
  const projection = mongo.titlesOf();
  return Promise.resolve({
    catalog: new MongoCatalog(mongo.store, projection),
    projection,
    createTenant: () => mongo.openTenant(tier),
    close: () => mongo.close(),
  });
}

describe.skipIf(!MONGODB_URL)("the catalog in MongoDB", () => {
  catalogContract("MongoDB", () => openCatalog("SHARED"));
  catalogContract("MongoDB, isolated tenants", () => openCatalog("ISOLATED"));
  catalogCreditsContract("MongoDB", () => openCatalog("SHARED"));
  catalogListsContract("MongoDB", () => openCatalog("SHARED"));
});
