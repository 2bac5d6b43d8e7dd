import { afterAll, beforeAll, expect, it } from "vitest";

import { PostgresCatalogProjection } from "../../datasources/catalog/postgres/catalog-projection.postgres.js";
import { PostgresTitleVersions } from "../../datasources/catalog/postgres/title-versions.postgres.js";
import { StoreUnavailableError } from "../../datasources/core/store-error.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { PostgresStore, SHARED_POOLS } from "../../datasources/engines/postgres/store.postgres.js";
import { PostgresTasteInspectionSource } from "../../datasources/recommendations/postgres/taste-inspection-source.postgres.js";
import { applicationUrl } from "../../datasources/stores/stores.js";
import { PostgresTop10Job } from "../../datasources/top10/top10-job.postgres.js";
import { useDatabase, useSuperuser } from "../support/fixtures.js";
import { createTestTenant } from "../support/stores.js";

/** Time of a request's call, to which the server adds three seconds of its own. Milliseconds. */
const DEADLINE_MS = 3_000;

const database = useDatabase();
const locks = useSuperuser("shared", database);
let postgres: PostgresStore;
let tenant: Tenant;

beforeAll(async () => {
  const stores = await database.open();
  tenant = await createTestTenant(stores);
  await stores.close();
  const url = await applicationUrl(database.url);
  postgres = new PostgresStore(url, () => undefined, DEADLINE_MS, undefined, { ...SHARED_POOLS, writes: 10 });
});
afterAll(() => postgres.close());

const read = async (batches: AsyncIterable<readonly unknown[]>) => {
  for await (const batch of batches) void batch;
  return 0;
};

it("what goes through much of a tenant may take longer than a request, and is counted all the same", async () => {
  const taste = new PostgresTasteInspectionSource(postgres);
  await locks.query("begin");
  await locks.query(
    "lock table title_versions, title_progress, not_for_me, similar_titles, catalog_titles in access exclusive mode",
  );
  const works = {
    titles: new PostgresTitleVersions(postgres).countInForce(tenant),
    facts: taste.count(tenant),
    watches: taste.countWatches(tenant),
    aversions: taste.countAversions(tenant),
    similarities: taste.countSimilarities(tenant),
    edges: read(taste.similarities(tenant)),
    pairs: read(new PostgresTop10Job(postgres).interactions(tenant)),
    holding: new PostgresCatalogProjection(postgres).holding(tenant).then(({ entries }) => entries),
  };
  const requests = taste.titlesOf(tenant, ["a"]).then(() => taste.watchesOf(tenant, []));
  const given = Promise.allSettled([requests]);
  const counted = Promise.allSettled(
    Object.entries(works).map(async ([name, work]) => `${name} ${await work}`),
  );
  const [request] = await given;
  await locks.query("commit");
  expect(request).toMatchObject({ reason: expect.any(StoreUnavailableError) as unknown });
  const outcomes = (await counted).map((each) =>
    each.status === "fulfilled" ? each.value : String(each.reason),
  );
  expect(outcomes).toEqual(Object.keys(works).map((name) => `${name} 0`));
});
