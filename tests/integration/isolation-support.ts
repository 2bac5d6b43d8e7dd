import { type Stores } from "../../datasources/stores/stores.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { named, titleBody } from "../support/titles.js";

/** A watch of the title `same` by the profile `same`. */
export const eventAt = (at: string) => ({
  id: "same",
  profileId: "same",
  titleId: "same",
  at,
  seconds: 60,
  completed: false,
  country: "US",
  device: "TV",
  rating: 4,
});

/** Something of everything, with the same ids everywhere; only what is written there tells whose row it is. */
export async function fillWithSameIds(stores: Stores, tenant: Tenant): Promise<void> {
  const plan = {
    id: "same",
    name: tenant.slug,
    maxStreams: 1,
    maxHeight: 720,
    priceCents: 0,
    currency: "EUR",
  };
  await stores.accounts.putPlans(tenant, [plan]);
  await stores.accounts.putAccounts(tenant, [
    {
      id: "same",
      email: "same@example.com",
      passwordHash: tenant.slug,
      roles: ["VIEWER"],
      country: "US",
      planId: "same",
      profiles: [{ id: "same", name: tenant.slug, kind: "ADULT", maturityLimit: 18, country: null }],
    },
  ]);
  const body = titleBody({
    id: "same",
    name: tenant.slug,
    genres: [{ ...named("Crime"), name: tenant.slug }],
    credits: [{ role: "ACTOR", character: null, person: named("Ada") }],
  });
  await stores.titleVersions.append(tenant, [{ body, effectiveFrom: null }]);
  await stores.catalogProjection.put(tenant, [{ ...body, revision: 1, latestVersion: 1, popularity: 0 }]);
  await stores.searchProjection.put(tenant, [{ ...body, revision: 1, latestVersion: 1, popularity: 0 }]);
  await stores.viewingIngest.ingest(tenant, [eventAt("2026-05-01T20:00:00Z")]);
  await stores.viewingIngest.addToWatchlists(tenant, [
    { profileId: "same", titleId: "same", addedAt: "2026-05-01T20:00:00Z" },
  ]);
  await stores.top10Job.recompute(tenant);
}
