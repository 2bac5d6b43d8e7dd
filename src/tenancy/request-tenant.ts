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

/** Names a request's tenant, and in an answer the one that it came from. */
export const TENANT_HEADER = "x-marquee-tenant";

/** The label below a domain of all tenants that is no tenant's: the deployment's own site. */
const OWN_SITE = "www";

/**
 * Every request has exactly one tenant: that of the verified token, else the one named by the header
 * `x-marquee-tenant`, else the one whose domain it was sent to (of those configured, or of a tenant's own), else the
 * deployment's default. A name below a domain of all tenants that no tenant has is nobody's: who mistypes one is not
 * answered another.
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
  const ofHost = asked.host ? await tenants.bySlug(asked.host.slug) : await tenants.byDomain(asked.hostName);
  if (ofHost) return { tenant: ofHost, named: ofHost.slug };
  const meant = asked.host?.own || asked.host?.slug !== OWN_SITE ? asked.host : null;
  return { tenant: await known(tenants, meant ? meant.slug : defaultTenant), named: null };
}

async function known(tenants: Tenants, slug: string | null): Promise<Tenant> {
  const tenant = slug === null ? null : await tenants.bySlug(slug.toLowerCase());
  if (tenant) return tenant;
  throw clientError(
    "TENANT_UNKNOWN",
    `${TENANT_HEADER}: ${slug === null ? "no tenant is named" : "there is no such tenant"}. Accepted: the name of a tenant of this deployment.`,
    { field: TENANT_HEADER, accepted: "the name of a tenant of this deployment" },
  );
}
