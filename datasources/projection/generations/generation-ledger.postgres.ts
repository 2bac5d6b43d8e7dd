import { sql, type Sql } from "../../engines/postgres/store.postgres.js";
import { type Tenant } from "../../core/tenant.js";
import { type OutboxPool } from "../outbox/outbox-pool.postgres.js";
import { type Begun, type GenerationLedger, type Standing } from "./generation-ledger.js";

/** Time without a sign of life after which a builder counts as dead. Longer than a statement of an engine may take. */
const LEASE = sql`interval '1 minute'`;

/** The generations of one target in PostgreSQL. */
export class PostgresGenerationLedger implements GenerationLedger {
  /**
   * @param target `catalog.mongodb` …
   * @param form what the target stores now: a generation of another form is not read.
   */
  constructor(
    private readonly pool: Pick<OutboxPool, "query">,
    private readonly target: string,
    private readonly form: string,
  ) {}

  async standing(tenant: Tenant): Promise<Standing> {
    const [row] = await this.pool.query<Standing>(sql`
      select case when form = ${this.form} then live end as live,
             case when lease_until > now() and last is distinct from live then last end as building
      from marquee.projection_generations where ${this.#of(tenant)}`);
    return row ?? { live: null, building: null };
  }

  async begin(tenant: Tenant, builder: string): Promise<Begun | null> {
    const [row] = await this.pool.query<Begun>(sql`
      insert into marquee.projection_generations as g (target, tenant_id, last, builder, lease_until)
      values (${this.target}, ${tenant.id}::int, 1, ${builder}, now() + ${LEASE})
      on conflict (target, tenant_id) do update
      set last = g.last + 1, builder = excluded.builder, lease_until = excluded.lease_until
      where g.builder is null or g.lease_until <= now()
      returning last as generation, live as before`);
    return row ?? null;
  }

  renew(tenant: Tenant, builder: string): Promise<boolean> {
    return this.#change(tenant, builder, sql`lease_until = now() + ${LEASE}`);
  }

  publish(tenant: Tenant, builder: string): Promise<boolean> {
    return this.#change(tenant, builder, sql`live = last, form = ${this.form}`);
  }

  async end(tenant: Tenant, builder: string): Promise<void> {
    await this.#change(tenant, builder, sql`builder = null, lease_until = null`);
  }

  async forget(tenant: Tenant): Promise<void> {
    await this.pool.query(sql`delete from marquee.projection_generations where ${this.#of(tenant)}`);
  }

  async #change(tenant: Tenant, builder: string, changes: Sql): Promise<boolean> {
    const rows = await this.pool.query(sql`
      update marquee.projection_generations set ${changes}
      where ${this.#of(tenant)} and builder = ${builder} returning 1`);
    return rows.length > 0;
  }

  #of(tenant: Tenant): Sql {
    return sql`target = ${this.target} and tenant_id = ${tenant.id}::int`;
  }
}
