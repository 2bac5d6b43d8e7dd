import { Refusal } from "./refusal.js";
import { type Tenant, type TenantServers, type TenantState, type TenantTier } from "./tenant.js";

/** What is said to whoever makes a tenant of a name that is taken. */
export function tenantExists(): Refusal {
  return new Refusal("slug", "TENANT_EXISTS", "There is a tenant of this name already. Choose another.");
}

/** A tenant to be made. */
export interface NewTenant {
  slug: string;
  name: string;
  tier: TenantTier;
  defaultCountry: string;
  /** Hosts of its own, in small letters; none unless given. */
  domains?: readonly string[];
  /** Needed for DEDICATED, and for that alone. */
  servers?: TenantServers;
}

/** Which tenants there are and where each is placed. Belongs to no tenant. */
export interface Tenants {
  /** Of those that are served. */
  bySlug(slug: string): Promise<Tenant | null>;
  /** The served tenant whose own a host is. @param host in small letters, without a port. */
  byDomain(host: string): Promise<Tenant | null>;
  /** In whatever state, for those who run it. */
  named(slug: string): Promise<Tenant | null>;
  /** In whatever state. Looked for anew where it is not known, so that a tenant is found as soon as it is there. */
  byId(id: number): Promise<Tenant | null>;
  /** In whatever state, but as it is now and not as it is remembered. */
  current(id: number): Promise<Tenant | null>;
  /** In whatever state, those made first first. */
  list(): Promise<Tenant[]>;
  /**
   * Makes a tenant and what its tier needs (an isolated one gets a schema of its own).
   *
   * @throws Refusal TENANT_EXISTS, DOMAIN_TAKEN, SERVERS_INVALID; nothing is made then.
   */
  create(tenant: NewTenant): Promise<Tenant>;
  setState(tenant: Tenant, state: TenantState): Promise<Tenant>;
}

/** The tenants of one set of servers, with what places them. */
export interface TenantRegistry extends Tenants {
  /** @param tenant with the id that it has elsewhere, where it has one. */
  create(tenant: NewTenant & { id?: number }): Promise<Tenant>;
  /** Names of all tenants that these servers are not free of: also of those that have left, and may come back. */
  occupants(): Promise<string[]>;
  /** Removes what says that there is such a tenant. */
  forget(tenant: Tenant): Promise<void>;
}
