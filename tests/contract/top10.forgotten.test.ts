import { randomUUID } from "node:crypto";

import { expect, it } from "vitest";

import { type Tenant } from "../../datasources/core/tenant.js";
import { viewerAccount } from "../support/accounts.js";
import { adultProfile } from "../support/catalogue.js";
import { useStores } from "../support/fixtures.js";
import { createTestTenant, signedIn, testRequest } from "../support/stores.js";
import { documentOf, EDITOR, film, watch } from "./recommendations-support.js";

const stores = useStores();
const DAYS = ["2026-05-04", "2026-05-05", "2026-05-06"];
const FILMS = ["a", "b", "c"];

/** A tenant in which each of some profiles has watched films on days in Liechtenstein. */
async function tenantOf(profiles: readonly string[]): Promise<Tenant> {
  const tenant = await createTestTenant(stores);
  await stores.catalogProjection.put(
    tenant,
    FILMS.map((id) => documentOf(film(id))),
  );
  const owners = profiles.map((id) =>
    viewerAccount(id, { profiles: [adultProfile(id), adultProfile(`${id} stays`)] }),
  );
  await stores.accounts.putAccounts(tenant, owners);
  await stores.viewingIngest.ingest(
    tenant,
    profiles.flatMap((profile) =>
      DAYS.flatMap((day) =>
        FILMS.map((title) => watch(profile, title, `${day}T16:00:00Z`, { country: "LI", id: randomUUID() })),
      ),
    ),
  );
  return tenant;
}

async function forget(tenant: Tenant, profile: string): Promise<void> {
  const key = await signedIn(stores, tenant, profile, `${profile} stays`);
  const viewer = await stores.accounts.viewer(testRequest(tenant), key);
  await stores.profiles.delete(tenant, viewer!, profile);
}

/** `title viewers` a line. */
async function charted(tenant: Tenant, by: "DAY" | "WEEK" = "DAY"): Promise<string[]> {
  await stores.top10Job.recompute(tenant);
  const rows = await stores.top10.top10(testRequest(tenant), EDITOR, "LI", "2026-05-04", by);
  return rows.map(({ titleId, viewers }) => `${titleId} ${viewers}`);
}

it("nobody makes a chart alone, forgotten or not", async () => {
  const tenant = await tenantOf(["p1"]);
  expect(await charted(tenant)).toEqual([]);
  await forget(tenant, "p1");
  expect(await charted(tenant)).toEqual([]);
  expect(await charted(tenant, "WEEK")).toEqual([]);
});

it("who is forgotten is counted as before in the charts of others", async () => {
  const tenant = await tenantOf(["p1", "p2", "p3", "p4"]);
  const all = FILMS.map((id) => `${id} 4`);
  expect([await charted(tenant), await charted(tenant, "WEEK")]).toEqual([all, all]);
  for (const profile of ["p1", "p2"]) await forget(tenant, profile);
  expect([await charted(tenant), await charted(tenant, "WEEK")]).toEqual([all, all]);
});

it("what somebody watched on several days is no more popular when they are forgotten", async () => {
  const tenant = await tenantOf(["p1"]);
  await stores.viewingIngest.ingest(
    tenant,
    [...FILMS.map((title) => ["p2", title] as const), ["p3", "b"] as const].map(([profile, title]) =>
      watch(profile, title, "2026-05-06T16:00:00Z"),
    ),
  );
  const before = await stores.top10Job.popularity(tenant);
  expect(before.get("a")).toBeCloseTo(Math.log(3) / Math.log(4));
  await forget(tenant, "p1");
  expect(await stores.top10Job.popularity(tenant)).toEqual(before);
});
