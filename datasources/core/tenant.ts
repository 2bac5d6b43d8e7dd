/** Where a tenant's data lives: shared tables with row-level security, a schema of its own, or servers of its own. */
export type TenantTier = "SHARED" | "ISOLATED" | "DEDICATED";

/** A streaming brand or studio. Everything a store needs to find this tenant's data and nobody else's. */
export interface Tenant {
  /** Small number that every row carries. */
  readonly id: number;
  /** Name in URLs, tokens, headers and global ids: `meridian`. */
  readonly slug: string;
  readonly name: string;
  readonly tier: TenantTier;
  /** The PostgreSQL schema that holds the tenant's rows. */
  readonly schema: string;
  /** ISO 3166-1 alpha-2 country assumed for a viewer who is not signed in. */
  readonly defaultCountry: string;
}
