import { type Audience } from "../../datasources/catalog/audience.js";
import { CallLog } from "../../datasources/core/store-request.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { type Stores } from "../../datasources/stores/stores.js";

/** Profiles whose rows are read at a time. */
const PROFILES_READ = 500;

/** For whom each profile's titles are, now: where nobody asks from anywhere, its own country, or the tenant's. */
export async function audiencesOf(
  { accounts }: Pick<Stores, "accounts">,
  tenant: Tenant,
  profiles: readonly string[],
): Promise<Map<string, Audience>> {
  const audiences = new Map<string, Audience>();
  const now = new Date();
  for (let at = 0; at < profiles.length; at += PROFILES_READ) {
    const ids = profiles.slice(at, at + PROFILES_READ);
    const found = await accounts.profilesByIds({ tenant, calls: new CallLog() }, ids);
    for (const [id, { country, maturityLimit }] of found)
      audiences.set(id, { country: country ?? tenant.defaultCountry, maturityLimit, editor: false, now });
  }
  return audiences;
}
