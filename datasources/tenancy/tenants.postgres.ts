import { setTimeout as sleep } from "node:timers/promises";

import pg from "pg";
import sql from "sql-template-tag";

import {
  makeTenantSchema,
  CONTROL_SCHEMA,
  SHARED_SCHEMA,
} from "../engines/postgres/migrations/migrate.postgres.js";
import { PostgresPool } from "../engines/postgres/pool.postgres.js";
import { Refusal } from "../core/refusal.js";
import { StoreUnavailableError } from "../core/store-error.js";
import { type Tenant, type TenantServers, type TenantState } from "../core/tenant.js";
import { tenantExists, type NewTenant, type TenantRegistry } from "../core/tenants.js";
import { TenantNotices } from "./tenant-notices.postgres.js";

/** How long a tenant found or not found is remembered where no notice of a change came. Milliseconds. */
const REMEMBER_MS = 10_000;
/** How long a tenant that was found is answered without waiting for what is there now. Milliseconds. */
const STALE_MS = 60_000;
/** Time that reading the registry may take, and time until it is tried again where it failed. Milliseconds. */
const DEADLINE_MS = 2_000;
/** How long what is there now is waited for, where something is known. Milliseconds. */
const PATIENCE_MS = 200;
const RETRY_MS = 1_000;

const REGISTRY = sql`
  select id, slug, name, tier, state, schema_name as schema, epoch, servers, default_country as "defaultCountry",
         array(select domain from marquee.tenant_domains d where d.tenant = t.id order by domain) as domains, expected
  from marquee.tenants t where not away order by created_at, slug`;

/** A tenant with the servers that it is about to be on. */
type Registered = Tenant & { expected: TenantServers | null };
/** Told of a tenant that is about to be on servers of its own. */
export type OnExpected = (tenant: Tenant, servers: TenantServers) => void;

/** The registry as it was read. */
interface Registry {
  at: number;
  all: readonly Tenant[];
  bySlug: ReadonlyMap<string, Tenant>;
  byDomain: ReadonlyMap<string, Tenant>;
}

/**
 * The registry of tenants in the control schema. Reads as the application's role; changing it needs the admin URL. While
 * PostgreSQL is down, what was read last stands: the other stores can be asked then.
 */
export class PostgresTenants implements TenantRegistry {
  readonly #pool: PostgresPool;
  readonly #notices: TenantNotices;
  #known: Registry | undefined;
  #loading: Promise<Registry> | undefined;
  #failedAt: number | undefined;
  #onExpected: OnExpected | undefined;

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
    // Not what somebody has begun to read before.
    this.#notices = new TenantNotices(appUrl, () => void this.#load().catch(() => undefined));
  }

  /** From here on a change is heard of at once, and not when what is remembered is old. */
  listen(onExpected?: OnExpected): void {
    this.#onExpected = onExpected;
    this.#notices.listen();
  }

  async bySlug(slug: string): Promise<Tenant | null> {
    const served = (tenant: Tenant | undefined) => (tenant?.state === "ACTIVE" ? tenant : null);
    const remembered = this.#known?.bySlug.get(slug);
    if (remembered && this.#age() < STALE_MS) {
      if (this.#age() >= REMEMBER_MS) void this.#refresh().catch(() => undefined);
      return served(remembered);
    }
    return served((await this.#registry()).bySlug.get(slug));
  }

  async byDomain(host: string): Promise<Tenant | null> {
    const tenant = (await this.#registry()).byDomain.get(host);
    return tenant?.state === "ACTIVE" ? tenant : null;
  }

  async named(slug: string): Promise<Tenant | null> {
    return (await this.#registry()).bySlug.get(slug) ?? null;
  }

  async byId(id: number): Promise<Tenant | null> {
    return withId(await this.#registry(), id) ?? this.current(id);
  }

  async current(id: number): Promise<Tenant | null> {
    return withId(await this.#load(), id) ?? null;
  }

  async list(): Promise<Tenant[]> {
    return [...(await this.#registry()).all];
  }

  async create(tenant: NewTenant & { id?: number }): Promise<Tenant> {
    const schema = tenant.tier === "ISOLATED" ? ownSchemaOf(tenant.slug) : SHARED_SCHEMA;
    await this.#administer(async (admin) => {
      const after = () => insert(admin, tenant, schema);
      const before = () => refuseTaken(admin, tenant);
      // In no one transaction: what follows projections waits for each that writes, and migrations take their time.
      if (tenant.tier === "ISOLATED") await makeTenantSchema(this.adminUrl, schema, { before, after });
      else await after();
    });
    const created = (await this.#load()).bySlug.get(tenant.slug);
    if (!created) throw new Error(`Tenant ${tenant.slug} was created and is not there`);
    return created;
  }

  async setState(tenant: Tenant, state: TenantState): Promise<Tenant> {
    // What is being removed is neither suspended nor taken up again by who has looked before that.
    await this.#administer((admin) =>
      admin.query(
        `update ${CONTROL_SCHEMA}.tenants set state = $2 where id = $1 and (state <> 'DELETING' or $2 = 'DELETING')`,
        [tenant.id, state],
      ),
    );
    return (await this.current(tenant.id)) ?? tenant;
  }

  async occupants(): Promise<string[]> {
    try {
      const { rows } = await this.#pool.use(AbortSignal.timeout(DEADLINE_MS), (client) =>
        client.query<{ slug: string }>("select slug from marquee.tenants"),
      );
      return rows.map(({ slug }) => slug);
    } catch (cause) {
      throw new StoreUnavailableError("POSTGRES", { cause });
    }
  }

  /** Removes what says that there is such a tenant: the last of it. */
  async forget({ id }: Tenant): Promise<void> {
    await this.#administer((admin) =>
      admin.query(`delete from ${CONTROL_SCHEMA}.tenants where id = $1`, [id]),
    );
    await this.#load();
  }

  async close(): Promise<void> {
    await Promise.all([this.#pool.end(), this.#notices.close()]);
  }

  async #administer(work: (admin: pg.Client) => Promise<unknown>): Promise<void> {
    const admin = new pg.Client({ connectionString: this.adminUrl, application_name: "marquee-tenants" });
    await admin.connect();
    try {
      await work(admin);
    } finally {
      await admin.end();
    }
  }

  /** What is known; where that is old, what is there now; where PostgreSQL does not say, what was known last. */
  async #registry(): Promise<Registry> {
    const known = this.#known;
    if (!known) return this.#refresh();
    if (this.#age() < REMEMBER_MS) return known;
    const refreshed = this.#refresh().catch(() => known);
    // After the first who waited in vain, nobody does.
    if (this.#failedAt !== undefined) return known;
    const waitedInVain = sleep(PATIENCE_MS, known, { ref: false }).then(() => {
      if (this.#known === known) this.#failedAt ??= Date.now();
      return known;
    });
    return Promise.race([refreshed, waitedInVain]);
  }

  #age(): number {
    return this.#known ? Date.now() - this.#known.at : Infinity;
  }

  /** Reads the registry, for all who ask at the same time; soon after a failure, only where nothing is known at all. */
  #refresh(): Promise<Registry> {
    const pausing = this.#failedAt !== undefined && Date.now() - this.#failedAt < RETRY_MS;
    if (pausing && this.#known) return Promise.resolve(this.#known);
    this.#loading ??= this.#load().finally(() => (this.#loading = undefined));
    return this.#loading;
  }

  async #load(): Promise<Registry> {
    const at = Date.now();
    try {
      const { rows } = await this.#pool.use(AbortSignal.timeout(DEADLINE_MS), (client) =>
        client.query<Registered>(REGISTRY),
      );
      this.#failedAt = undefined;
      const all = rows.map(({ expected, ...tenant }) => {
        if (expected) this.#onExpected?.(tenant, expected);
        return tenant;
      });
      const read = registryOf(all, at);
      // Answers may overtake each other.
      if (!this.#known || this.#known.at <= at) this.#known = read;
      return read;
    } catch (cause) {
      this.#failedAt = Date.now();
      throw new StoreUnavailableError("POSTGRES", { cause });
    }
  }
}

/** The schema of a tenant that has one of its own. */
export function ownSchemaOf(slug: string): string {
  return `tenant_${slug.replaceAll("-", "_")}`;
}

function registryOf(all: readonly Tenant[], at: number): Registry {
  return {
    at,
    all,
    bySlug: new Map(all.map((tenant) => [tenant.slug, tenant])),
    byDomain: new Map(all.flatMap((tenant) => tenant.domains.map((domain) => [domain, tenant] as const))),
  };
}

function withId({ all }: Registry, id: number): Tenant | undefined {
  return all.find((tenant) => tenant.id === id);
}

/** @throws Refusal TENANT_EXISTS, DOMAIN_TAKEN. */
async function refuseTaken(admin: pg.Client, { slug, domains = [] }: NewTenant): Promise<void> {
  const named = await admin.query(`select from ${CONTROL_SCHEMA}.tenants where slug = $1`, [slug]);
  if (named.rowCount) throw tenantExists();
  const { rows } = await admin.query<{ domain: string }>(
    `select domain from ${CONTROL_SCHEMA}.tenant_domains where domain = any($1::text[])`,
    [domains],
  );
  if (rows[0]) throw domainTaken(domains.indexOf(rows[0].domain));
}

function domainTaken(at: number): Refusal {
  return new Refusal(
    "domains",
    "DOMAIN_TAKEN",
    `domains[${at}] is another tenant's. Name a host that is not.`,
  );
}

/** @throws Refusal TENANT_EXISTS, DOMAIN_TAKEN. */
async function insert(admin: pg.Client, tenant: NewTenant & { id?: number }, schema: string): Promise<void> {
  const { id = null, slug, name, tier, defaultCountry, servers = null, domains = [] } = tenant;
  await admin.query("begin");
  const { rows } = await admin.query<{ id: number }>(
    `insert into ${CONTROL_SCHEMA}.tenants (id, slug, name, tier, schema_name, default_country, servers)
     values (coalesce($1::int, random(1, 2147483647)), $2, $3, $4, $5, $6, $7) on conflict (slug) do nothing returning id`,
    [id, slug, name, tier, schema, defaultCountry, servers && JSON.stringify(servers)],
  );
  // Where it is refused, the connection ends, and with it the transaction.
  if (!rows[0]) throw tenantExists();
  await claimDomains(admin, rows[0].id, domains);
  await admin.query("commit");
}

async function claimDomains(admin: pg.Client, tenant: number, domains: readonly string[]): Promise<void> {
  const { rows } = await admin.query<{ domain: string }>(
    `insert into ${CONTROL_SCHEMA}.tenant_domains (domain, tenant) select distinct unnest($1::text[]), $2::int
     on conflict do nothing returning domain`,
    [domains, tenant],
  );
  const taken = domains.findIndex((domain) => !rows.some((claimed) => claimed.domain === domain));
  if (taken === -1) return;
  throw domainTaken(taken);
}
