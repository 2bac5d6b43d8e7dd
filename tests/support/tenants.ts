import { type Tenant } from "../../datasources/core/tenant.js";

/** A tenant that is in no registry, for what only reads what is said of it here. */
export function madeUpTenant(given: Partial<Tenant> = {}): Tenant {
  return {
    id: 1,
    slug: "meridian",
    name: "Meridian",
    tier: "SHARED",
    state: "ACTIVE",
    schema: "shared",
    epoch: 1,
    servers: null,
    domains: [],
    defaultCountry: "US",
    ...given,
  };
}
