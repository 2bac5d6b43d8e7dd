import pg from "pg";
import sql from "sql-template-tag";

import { migrateTenantSchema, CONTROL_SCHEMA, SHARED_SCHEMA } from "../migrations/migrate.postgres.js";
import { StoreUnavailableError } from "../store-error.js";
import { type Tenant, type TenantTier } from "../tenant.js";
import { type Tenants } from "./tenants.js";

interface TenantRow {
  id: number;
  slug: string;
  name: string;
  tier: TenantTier;
  schema_name: string;
  default_country: string;
}

/** How long a tenant found or not found is remembered: placements change rarely and a request must not wait for one. Milliseconds. */
const REMEMBER_MS = 10_000;

/** The registry of tenants in the control schema. Reads as the application's role; creating needs the admin URL. */
export class PostgresTenants implements Tenants {
  readonly #pool: pg.Pool;
  #known: { at: number; bySlug: Map<string, Tenant> } | undefined;
  #loading: Promise<Map<string, Tenant>> | undefined;

  constructor(
    appUrl: string,
    private readonly adminUrl: string,
    onIdleError: (error: Error) => void,
  ) {
    this.#pool = new pg.Pool({
      connectionString: appUrl,
      application_name: "marquee-tenants",
      max: 1,
      idleTimeoutMillis: 5_000,
    });
    this.#pool.on("error", onIdleError);
  }

  async bySlug(slug: string): Promise<Tenant | null> {
    return (await this.#registry()).get(slug) ?? null;
  }

  async byId(id: number): Promise<Tenant | null> {
    const among = (registry: Map<string, Tenant>) =>
      [...registry.values()].find((tenant) => tenant.id === id);
    return among(await this.#registry()) ?? among(await this.#load()) ?? null;
  }

  async list(): Promise<Tenant[]> {
    return [...(await this.#registry()).values()];
  }

  async create(tenant: {
    slug: string;
    name: string;
    tier: TenantTier;
    defaultCountry: string;
  }): Promise<Tenant> {
    const schema = tenant.tier === "ISOLATED" ? `tenant_${tenant.slug.replaceAll("-", "_")}` : SHARED_SCHEMA;
    if (tenant.tier === "ISOLATED") await migrateTenantSchema(this.adminUrl, schema);
    const admin = new pg.Client({ connectionString: this.adminUrl });
    await admin.connect();
    try {
      await admin.query(
        `insert into ${CONTROL_SCHEMA}.tenants (slug, name, tier, schema_name, default_country) values ($1, $2, $3, $4, $5) on conflict (slug) do nothing`,
        [tenant.slug, tenant.name, tenant.tier, schema, tenant.defaultCountry],
      );
    } finally {
      await admin.end();
    }
    this.#known = undefined;
    const created = await this.bySlug(tenant.slug);
    if (!created) throw new Error(`Tenant ${tenant.slug} was created and is not there`);
    return created;
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  async #registry(): Promise<Map<string, Tenant>> {
    if (this.#known && Date.now() - this.#known.at < REMEMBER_MS) return this.#known.bySlug;
    this.#loading ??= this.#load().finally(() => (this.#loading = undefined));
    return this.#loading;
  }

  async #load(): Promise<Map<string, Tenant>> {
    const statement = sql`select id, slug, name, tier, schema_name, default_country from marquee.tenants order by created_at, slug`;
    const { rows } = await this.#pool.query<TenantRow>(statement).catch((cause: unknown) => {
      throw new StoreUnavailableError("POSTGRES", { cause });
    });
    const bySlug = new Map(rows.map((row) => [row.slug, toTenant(row)]));
    this.#known = { at: Date.now(), bySlug };
    return bySlug;
  }
}

function toTenant(row: TenantRow): Tenant {
  return {
    id: row.id,
    slug: row.slug,
    name: row.name,
    tier: row.tier,
    schema: row.schema_name,
    defaultCountry: row.default_country,
  };
}
