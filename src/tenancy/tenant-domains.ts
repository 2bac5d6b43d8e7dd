/** How a host name tells whose request it is. */
export interface TenantDomain {
  /** In small letters, without a dot at either end. */
  domain: string;
  /** The tenant whose own domain it is; null: tenants' names are one label before it. */
  tenant: string | null;
}

const LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";
const ENTRY = new RegExp(`^(?<domain>${LABEL}(\\.${LABEL})*)(=(?<tenant>[\\w-]+))?$`);

/**
 * Reads one of the configured domains: `watch.example` (`lumen.watch.example` is lumen's), or `lumen.tv=lumen`.
 *
 * @returns null where it is neither.
 */
export function readTenantDomain(text: string): TenantDomain | null {
  const { domain, tenant } = ENTRY.exec(text.toLowerCase())?.groups ?? {};
  return domain === undefined ? null : { domain, tenant: tenant ?? null };
}

/** The tenant that a host names. */
export interface NamedByHost {
  slug: string;
  /** Whether the host is the tenant's own: then no other may answer for it. */
  own: boolean;
}

/**
 * What tells which tenant a host names; null for every host outside the configured domains, so that nobody chooses a
 * tenant by a name that they made up.
 *
 * @returns takes a `Host` header's value, in any case, with a port or without.
 */
export function hostReader(domains: readonly TenantDomain[]): (host: string) => NamedByHost | null {
  return (host) => {
    const name = hostName(host);
    for (const { domain, tenant } of domains) {
      if (tenant !== null && name === domain) return { slug: tenant, own: true };
      const label = name.endsWith(`.${domain}`) ? name.slice(0, -domain.length - 1) : "";
      if (tenant === null && label !== "" && !label.includes(".")) return { slug: label, own: false };
    }
    return null;
  };
}

/** The name in a `Host` header, in small letters, without a port or the dot of the root. */
export function hostName(host: string): string {
  return host.toLowerCase().replace(/:\d*$/, "").replace(/\.$/, "");
}
