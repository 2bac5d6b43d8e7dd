import { type Stores } from "../../datasources/stores/stores.js";
import { StartupError } from "../../packages/process/startup-error.js";
import { DEFAULT_TENANT, type Config } from "../config.js";

/**
 * Finds out whether the tenant is there that answers requests which name none: otherwise it serves, and refuses
 * everybody. Where nobody chose one, that is only told: a deployment of its own may have no `meridian`.
 *
 * @throws StartupError that names the tenants there are, where another was chosen.
 */
export async function checkDefaultTenant(
  { defaultTenant }: Pick<Config, "defaultTenant">,
  { tenants }: Pick<Stores, "tenants">,
  warn: (line: string) => void,
): Promise<void> {
  if (defaultTenant === null || (await tenants.bySlug(defaultTenant.toLowerCase()))) return;
  const known = (await tenants.list()).map(({ slug }) => slug);
  const accepted = [...known.sort(), "none"].join(", ");
  const line = `MARQUEE_DEFAULT_TENANT: there is no tenant "${defaultTenant}". Accepted: ${accepted}.`;
  if (defaultTenant !== DEFAULT_TENANT) throw new StartupError(line);
  warn(`${line} Requests that name no tenant are refused.`);
}
