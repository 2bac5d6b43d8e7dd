import { sql, type Sql } from "../../engines/postgres/store.postgres.js";
import { type Tenant } from "../../core/tenant.js";
import { type OutboxPool } from "../outbox/outbox-pool.postgres.js";
import { type Begun, type GenerationLedger, type Standing } from "./generation-ledger.js";

/** Time without a sign of life after which who builds or writes counts as dead. Longer than a statement of an engine may take. */
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
             case when lease_until > now() and last is distinct from live then last end as building,
             exists (select from marquee.owed_writes w
                     where w.target = g.target and w.tenant_id = g.tenant_id and w.missed_at <= now()) as missed
      from marquee.projection_generations g where ${this.#of(tenant)}`);
    return row ?? { live: null, building: null, missed: false };
  }

  async begin(tenant: Tenant, builder: string): Promise<Begun | null> {
    const [row] = await this.pool.query<Begun>(sql`
      insert into marquee.projection_generations as g (target, tenant_id, last, builder, lease_until)
      values (${this.target}, ${tenant.id}::int, 1, ${builder}, now() + ${LEASE})
      on conflict (target, tenant_id) do update
      set last = g.last + 1, builder = excluded.builder, lease_until = excluded.lease_until
      where g.builder is null or g.lease_until <= now()
      returning last as generation, live as before, now()::text as at`);
    return row ?? null;
  }

  renew(tenant: Tenant, builder: string): Promise<boolean> {
    return this.#change(tenant, builder, sql`lease_until = now() + ${LEASE}`);
  }

  async publish(tenant: Tenant, builder: string, madeUp: string | null): Promise<boolean> {
    const rows = await this.pool.query(sql`
      with published as (
        update marquee.projection_generations set live = last, form = ${this.form}
        where ${this.#of(tenant)} and builder = ${builder} returning target, tenant_id
      ), made_up as (
        delete from marquee.owed_writes w using published p
        where w.target = p.target and w.tenant_id = p.tenant_id and w.missed_at <= ${madeUp}::timestamptz
      )
      select 1 from published`);
    return rows.length > 0;
  }

  async end(tenant: Tenant, builder: string): Promise<void> {
    await this.#change(tenant, builder, sql`builder = null, lease_until = null`);
  }

  async forget(tenant: Tenant): Promise<void> {
    await this.pool.query(sql`delete from marquee.projection_generations where ${this.#of(tenant)}`);
  }

  async owe(tenant: Tenant, write: string): Promise<void> {
    await this.pool.query(this.#noted(tenant, write, sql`now() + ${LEASE}`));
  }

  async stillOwed(tenant: Tenant, write: string): Promise<void> {
    await this.pool.query(sql`
      update marquee.owed_writes set missed_at = now() + ${LEASE}
      where ${this.#of(tenant)} and id = ${write}::uuid`);
  }

  async settle(tenant: Tenant, write: string): Promise<void> {
    await this.pool.query(
      sql`delete from marquee.owed_writes where ${this.#of(tenant)} and id = ${write}::uuid`,
    );
  }

  async miss(tenant: Tenant, write: string): Promise<void> {
    await this.pool.query(sql`
      ${this.#noted(tenant, write, sql`now()`)}
      on conflict (target, tenant_id, id) do update set missed_at = excluded.missed_at`);
  }

  /** The insert of a write, where anything has been filled that could lack it. */
  #noted(tenant: Tenant, write: string, missedAt: Sql): Sql {
    return sql`
      insert into marquee.owed_writes (target, tenant_id, id, missed_at)
      select target, tenant_id, ${write}::uuid, ${missedAt}
      from marquee.projection_generations where ${this.#of(tenant)}`;
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
