import pg from "pg";
import sql from "sql-template-tag";

import {
  migrateTenantSchema,
  CONTROL_SCHEMA,
  SHARED_SCHEMA,
} from "../engines/postgres/migrations/migrate.postgres.js";
import { PostgresPool } from "../engines/postgres/pool.postgres.js";
import { StoreUnavailableError } from "../core/store-error.js";
import { type Tenant, type TenantTier } from "../core/tenant.js";
import { type Tenants } from "../core/tenants.js";

/** How long a tenant found or not found is remembered: placements change rarely and a request must not wait for one. Milliseconds. */
const REMEMBER_MS = 10_000;
/** How long a tenant that was found is answered without waiting for what is there now. Milliseconds. */
const STALE_MS = 60_000;
/** Time that reading the registry may take, and time until it is tried again where it failed. Milliseconds. */
const DEADLINE_MS = 2_000;
const RETRY_MS = 1_000;

/**
 * The registry of tenants in the control schema. Reads as the application's role; creating needs the admin URL. While
 * PostgreSQL is down, what was read last stands: the other stores can be asked then.
 */
export class PostgresTenants implements Tenants {
  readonly #pool: PostgresPool;
  #known: { at: number; bySlug: Map<string, Tenant> } | undefined;
  #loading: Promise<Map<string, Tenant>> | undefined;
  #failedAt: number | undefined;

  constructor(
    appUrl: string,
    private readonly adminUrl: string,
    onIdleError: (error: Error) => void,
  ) {
    this.#pool = new PostgresPool(
      {
        connectionString: appUrl,
        application_name: "marquee-tenants",
        max: 1,
        idleTimeoutMillis: 5_000,
        connectionTimeoutMillis: DEADLINE_MS,
      },
      onIdleError,
    );
  }

  async bySlug(slug: string): Promise<Tenant | null> {
    const remembered = this.#known?.bySlug.get(slug);
    if (remembered && this.#age() < STALE_MS) {
      if (this.#age() >= REMEMBER_MS) void this.#refresh().catch(() => undefined);
      return remembered;
    }
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
    // Not what somebody has begun to read before.
    const created = (await this.#load()).get(tenant.slug);
    if (!created) throw new Error(`Tenant ${tenant.slug} was created and is not there`);
    return created;
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  /** What is known; where that is old, what is there now; where PostgreSQL does not say, what was known last. */
  async #registry(): Promise<Map<string, Tenant>> {
    if (!this.#known) return this.#refresh();
    const { bySlug } = this.#known;
    if (this.#age() < REMEMBER_MS) return bySlug;
    const refreshed = this.#refresh().catch(() => bySlug);
    // One request has waited in vain; the next ones do not.
    return this.#failedAt === undefined ? refreshed : bySlug;
  }

  #age(): number {
    return this.#known ? Date.now() - this.#known.at : Infinity;
  }

  /** Reads the registry, for all who ask at the same time; soon after a failure, only where nothing is known at all. */
  #refresh(): Promise<Map<string, Tenant>> {
    const pausing = this.#failedAt !== undefined && Date.now() - this.#failedAt < RETRY_MS;
    if (pausing && this.#known) return Promise.resolve(this.#known.bySlug);
    this.#loading ??= this.#load().finally(() => (this.#loading = undefined));
    return this.#loading;
  }

  async #load(): Promise<Map<string, Tenant>> {
    const statement = sql`select id, slug, name, tier, schema_name as schema, default_country as "defaultCountry"
                           from marquee.tenants order by created_at, slug`;
    try {
      const { rows } = await this.#pool.use(AbortSignal.timeout(DEADLINE_MS), (client) =>
        client.query<Tenant>(statement),
      );
      const bySlug = new Map(rows.map((tenant) => [tenant.slug, tenant]));
      this.#known = { at: Date.now(), bySlug };
      this.#failedAt = undefined;
      return bySlug;
    } catch (cause) {
      this.#failedAt = Date.now();
      throw new StoreUnavailableError("POSTGRES", { cause });
    }
  }
}
