import { type Audience } from "../../datasources/catalog/audience.js";
import { type TitleFacts } from "../../datasources/core/title-fields.js";
import { type Stores } from "../../datasources/stores/stores.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { refreshSearch } from "./engines.js";
import { titleEvents } from "../../datasources/catalog/title-follower.js";

/** Titles written as an editor writes them: facts first, then carried to the catalog and to search. They can be read when it resolves. */
export async function publish(stores: Stores, tenant: Tenant, titles: readonly TitleFacts[]): Promise<void> {
  await stores.titleVersions.append(
    tenant,
    titles.map((body) => ({ body, effectiveFrom: null })),
  );
  await project(
    stores,
    tenant,
    titles.map(({ id }) => id),
  );
  if (stores.projections.some(({ store }) => store === "OPENSEARCH")) await refreshSearch();
}

/** Carries the facts of titles to every projection now, instead of waiting for a projector. */
export async function project(stores: Stores, tenant: Tenant, ids: readonly string[]): Promise<void> {
  const events = titleEvents(ids.map((id) => ({ id, revision: 0 })));
  for (const target of (await stores.at(tenant)).projections) {
    if (target.topics.includes("TITLE")) await target.apply(tenant, events);
  }
}

/** An editor without a limit, now: meets every title but those that were merged into others. */
export function editorAudience(): Audience {
  return { country: "US", maturityLimit: 18, editor: true, now: new Date() };
}

/** A profile of no account, as an import makes it. */
export function adultProfile(id: string) {
  return { id, name: id, kind: "ADULT" as const, maturityLimit: 18, country: null };
}
