/** Where a tenant's data lives: shared tables with row-level security, a schema of its own, or servers of its own. */
export type TenantTier = "SHARED" | "ISOLATED" | "DEDICATED";

/**
 * Whether a tenant is served. A suspended one answers its users as one that is not there does; one that is being deleted
 * takes no write any more.
 */
export type TenantState = "ACTIVE" | "SUSPENDED" | "DELETING";

/** Servers of a tenant's own, as URLs without secrets: `$NAME` stands where a password does. Null: PostgreSQL answers that domain too. */
export interface TenantServers {
  postgres: string;
  mongodb: string | null;
  opensearch: string | null;
  neo4j: string | null;
}

/** A place for a tenant's rows. */
export interface Placement {
  tier: TenantTier;
  /** The PostgreSQL schema. */
  schema: string;
  /** Null for the deployment's own servers. */
  servers: TenantServers | null;
}

/** A streaming brand or studio. Everything a store needs to find this tenant's data and nobody else's. */
export interface Tenant {
  /** Small number that every row carries. */
  readonly id: number;
  /** Name in URLs, tokens, headers and global ids: `meridian`. */
  readonly slug: string;
  readonly name: string;
  readonly tier: TenantTier;
  readonly state: TenantState;
  /** The PostgreSQL schema that holds the tenant's rows. */
  readonly schema: string;
  /** Counts the tenant's placements: what comes to a store by an earlier one is turned away. */
  readonly epoch: number;
  /** Null where it lives on the servers that the question is asked of. */
  readonly servers: TenantServers | null;
  /** Hosts that are the tenant's own, in small letters. */
  readonly domains: readonly string[];
  /** ISO 3166-1 alpha-2 country assumed for a viewer who is not signed in. */
  readonly defaultCountry: string;
}

/** Names a tenant in one of its placements: what is known of it in another does not hold there. */
export function placementOf({ id, epoch }: Pick<Tenant, "id" | "epoch">): string {
  return `${id}.${epoch}`;
}
