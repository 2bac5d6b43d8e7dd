import { type Stores } from "../../datasources/stores.js";
import { type Tenant } from "../../datasources/tenant.js";

/**
 * Carries the titles in force from the facts to the catalog and to search: all of them, or those named.
 *
 * @param ids local ids; those that are unknown or not yet in force are passed over.
 * @param onProgress told after each batch how many titles have been carried.
 * @returns how many titles were carried.
 */
export async function projectTitles(
  stores: Pick<Stores, "titleVersions" | "catalogProjection" | "searchProjection">,
  tenant: Tenant,
  ids?: readonly string[],
  onProgress?: (titles: number) => void,
): Promise<number> {
  let done = 0;
  for await (const titles of stores.titleVersions.inForce(tenant, ids)) {
    await Promise.all([
      stores.catalogProjection.put(tenant, titles),
      stores.searchProjection.put(tenant, titles),
    ]);
    done += titles.length;
    onProgress?.(done);
  }
  return done;
}
