import { type Tenants } from "../../datasources/core/tenants.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { type Identity } from "../../resolvers/request/identity.js";
import { clientError } from "../../resolvers/request/errors.js";
import { type NamedByHost } from "./tenant-domains.js";

/** The tenant of a request, and the name by which the request asked for it, if it did. */
export interface RequestTenant {
  tenant: Tenant;
  named: string | null;
}

/**
 * Every request has exactly one tenant: that of the verified token, else the one named by the header
 * `x-marquee-tenant`, else the one whose domain it was sent to (of those configured, or of a tenant's own), else the
 * deployment's default.
 *
 * @throws TENANT_UNKNOWN when none of these is there.
 */
export async function tenantOfRequest(
  tenants: Tenants,
  identity: Pick<Identity, "tenant"> | null,
  asked: { header: string | undefined; host: NamedByHost | null; hostName: string },
  defaultTenant: string | null,
): Promise<RequestTenant> {
  if (identity) return { tenant: await known(tenants, identity.tenant), named: identity.tenant };
  if (asked.header) return { tenant: await known(tenants, asked.header), named: asked.header };
  // Below a domain of all tenants there are names of other things: www.
  const ofHost = asked.host ? await tenants.bySlug(asked.host.slug) : await tenants.byDomain(asked.hostName);
  if (ofHost) return { tenant: ofHost, named: ofHost.slug };
  const standing = asked.host?.own ? asked.host.slug : defaultTenant;
  return { tenant: await known(tenants, standing), named: null };
}

async function known(tenants: Tenants, slug: string | null): Promise<Tenant> {
  const tenant = slug === null ? null : await tenants.bySlug(slug.toLowerCase());
  if (tenant) return tenant;
  throw clientError(
    "TENANT_UNKNOWN",
    `x-marquee-tenant: ${slug === null ? "no tenant is named" : "there is no such tenant"}. Accepted: the name of a tenant of this deployment.`,
    { field: "x-marquee-tenant", accepted: "the name of a tenant of this deployment" },
  );
}
