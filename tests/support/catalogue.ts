import { type TitleBody } from "../../datasources/catalog/title-versions.js";
import { type Stores } from "../../datasources/stores.js";
import { type Tenant } from "../../datasources/tenant.js";
import { projectTitles } from "../../src/projections/fill.js";

/** Titles written as an editor writes them: facts first, then carried to the catalog and to search. */
export async function publish(stores: Stores, tenant: Tenant, titles: readonly TitleBody[]): Promise<void> {
  await stores.titleVersions.append(
    tenant,
    titles.map((body) => ({ body, effectiveFrom: null })),
  );
  await projectTitles(
    stores,
    tenant,
    titles.map(({ id }) => id),
  );
}

/** A profile of no account, as an import makes it. */
export function adultProfile(id: string) {
  return { id, name: id, kind: "ADULT" as const, maturityLimit: 18, country: null };
}
