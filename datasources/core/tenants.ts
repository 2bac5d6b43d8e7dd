import { type Tenant, type TenantTier } from "./tenant.js";

/** Which tenants there are and where each is placed. Belongs to no tenant. */
export interface Tenants {
  bySlug(slug: string): Promise<Tenant | null>;
  /** Looked for anew where it is not known, so that a tenant is found as soon as it is there. */
  byId(id: number): Promise<Tenant | null>;
  list(): Promise<Tenant[]>;
  /** Makes a tenant and what its tier needs (an isolated one gets a schema of its own); one that exists is answered as it is. */
  create(tenant: { slug: string; name: string; tier: TenantTier; defaultCountry: string }): Promise<Tenant>;
}
