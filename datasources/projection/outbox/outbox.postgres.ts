import { randomUUID } from "node:crypto";

import { sql } from "../../engines/postgres/store.postgres.js";
import { type Lacking } from "../../core/freshness.js";
import { type Tenant } from "../../core/tenant.js";
import { latestByKey } from "./coalesce.js";
import { gathered } from "../../core/gathered.js";
import { type OutboxConsumer, type OutboxSignals } from "./outbox-consumer.js";
import { PostgresOutboxConsumer } from "./outbox-consumer.postgres.js";
import { EDGE, HOLD_PREFIX, OLDEST_TRANSACTION } from "./outbox-edge.postgres.js";
import { type OutboxPool } from "./outbox-pool.postgres.js";
import {
  type OldestTransaction,
  type Outbox,
  type OutboxHolds,
  type OutboxTarget,
  type TargetFollowing,
  type TargetLag,
} from "./outbox.js";
import { OUTBOX_PARTITIONS } from "./outbox-event.js";
import { type OutboxEvent } from "./outbox-event.js";

/** Time between the signs of life of a hold. Milliseconds. */
const HOLD_ALIVE_MS = 60_000;
/** Events replayed at once. */
const REPLAY_BATCH = 1_000;

/** The outbox in PostgreSQL, for those who look at it. What reads it is `PostgresOutboxConsumer`. */
export class PostgresOutbox implements Outbox {
  readonly #reached = gathered((wanted: readonly { tenant: number; xid: number }[]) =>
    this.#reachedBy(wanted),
  );

  constructor(
    private readonly pool: OutboxPool,
    readonly targets: readonly OutboxTarget[],
    /** Those that follow from the first event on and need no rebuild. */
    private readonly embedded: ReadonlySet<string>,
  ) {}

  async register(): Promise<void> {
    const engines = this.targets.filter(({ name }) => !this.embedded.has(name));
    await this.pool.query(
      sql`insert into marquee.outbox_cursors (target, partition, xid, id, rebuild)
          select target, partition, ${EDGE}, 0, true
          from unnest(${engines.map(({ name }) => name)}::text[]) as target,
               generate_series(0, ${OUTBOX_PARTITIONS - 1}::int) as partition
          on conflict do nothing`,
    );
  }

  async needsRebuild(target: string): Promise<boolean> {
    const [row] = await this.pool.query(
      sql`select 1 from marquee.outbox_cursors where target = ${target} and rebuild limit 1`,
    );
    return row !== undefined;
  }

  async rebuilt(target: string): Promise<void> {
    await this.pool.query(
      sql`update marquee.outbox_cursors set rebuild = false where target = ${target} and rebuild`,
    );
  }

  async lag(tenant?: Tenant): Promise<TargetLag[]> {
    const rows = await this.pool.query<TargetLag>(
      sql`select t.name as target, coalesce(l.events, 0) as "lagEvents", coalesce(l.seconds, 0) as "lagSeconds",
                 coalesce(p.parked, 0) as parked, coalesce(p.dead, 0) as "deadLetters",
                 coalesce(p.seconds, 0) as "refusedSeconds"
          from ${this.#targets} t
          left join lateral (
            select count(*) as events,
                   greatest(extract(epoch from clock_timestamp() - min(o.recorded_at)), 0)::float8 as seconds
            from marquee.outbox_cursors c
            join marquee.outbox o on o.partition = c.partition and (o.xid, o.id) > (c.xid, c.id)
            where c.target = t.name and o.topic = any(string_to_array(t.topics, ','))
              and (${tenant?.id ?? null}::int is null or o.tenant_id = ${tenant?.id ?? null}::int)
          ) l on true
          left join lateral (
            select count(*) filter (where not dead) as parked, count(*) filter (where dead) as dead,
                   greatest(extract(epoch from clock_timestamp() - min(first_failed_at)), 0)::float8 as seconds
            from marquee.outbox_parked p
            where p.target = t.name and (${tenant?.id ?? null}::int is null or p.tenant_id = ${tenant?.id ?? null}::int)
          ) p on true
          order by t.n`,
    );
    return rows;
  }

  following(tenant: Tenant): Promise<TargetFollowing[]> {
    const unpassed = sql`
      o.partition = c.partition and (o.xid, o.id) > (c.xid, c.id) and o.topic = any(string_to_array(t.topics, ','))`;
    return this.pool.query<TargetFollowing>(
      sql`select t.name as target, coalesce(f.behind, false) as behind, coalesce(f.place, '') as place,
                 coalesce(f.behind and not f.ready, false) as held
          from ${this.#targets} t
          cross join lateral (
            select string_agg(c.partition || ' ' || c.xid || ' ' || c.id, ', ' order by c.partition) as place,
                   bool_or(exists (
                     select from marquee.outbox o where ${unpassed} and o.tenant_id = ${tenant.id})) as behind,
                   bool_or(exists (select from marquee.outbox o where ${unpassed} and o.xid < ${EDGE})) as ready
            from marquee.outbox_cursors c where c.target = t.name
          ) f
          order by t.n`,
    );
  }

  async oldestTransaction(): Promise<OldestTransaction | null> {
    const [oldest] = await this.pool.query<OldestTransaction>(OLDEST_TRANSACTION);
    return oldest ?? null;
  }

  async reached(tenant: Tenant, xid: number): Promise<ReadonlySet<string>> {
    return this.#reached({ tenant: tenant.id, xid });
  }

  async edge(): Promise<number> {
    const [row] = await this.pool.query<{ xid: number }>(
      sql`select pg_snapshot_xmax(pg_current_snapshot())::text::bigint as xid`,
    );
    return row!.xid;
  }

  lacking(tenant: Tenant, xid: number, targets: readonly string[], limit: number): Promise<Lacking[]> {
    return this.pool.query<Lacking>(
      sql`select distinct t.name as target, e.topic, e.entity, e.own
          from ${this.#targets} t
          cross join lateral (
            select o.topic, o.entity, o.xid = ${xid}::bigint as own
            from marquee.outbox_cursors c
            join marquee.outbox o on o.partition = c.partition and (o.xid, o.id) > (c.xid, c.id) and o.xid <= ${xid}::bigint
            where c.target = t.name and o.tenant_id = ${tenant.id} and o.topic = any(string_to_array(t.topics, ','))
            union all
            select p.topic, p.entity, p.xid = ${xid}::bigint
            from marquee.outbox_parked p
            where p.target = t.name and p.tenant_id = ${tenant.id}
              and case when p.dead then p.xid = ${xid}::bigint else p.xid <= ${xid}::bigint end
          ) e
          where t.name = any(${targets}::text[])
          limit ${limit}::int`,
    );
  }

  consume(signals: OutboxSignals): OutboxConsumer {
    return new PostgresOutboxConsumer(this.pool.url, this, signals);
  }

  async retry({ target, tenant }: Parameters<Outbox["retry"]>[0] = {}): Promise<number> {
    const rows = await this.pool.query(
      sql`update marquee.outbox_parked set dead = false, attempts = 0, next_attempt_at = now()
          where dead and (${target ?? null}::text is null or target = ${target ?? null}::text)
            and (${tenant?.id ?? null}::int is null or tenant_id = ${tenant?.id ?? null}::int)
          returning 1`,
    );
    return rows.length;
  }

  async #reachedBy(wanted: readonly { tenant: number; xid: number }[]): Promise<Set<string>[]> {
    const tenants = wanted.map(({ tenant }) => tenant);
    const xids = wanted.map(({ xid }) => xid);
    const rows = await this.pool.query<{ n: number; name: string }>(
      sql`select w.n, t.name
          from unnest(${tenants}::int[], ${xids}::bigint[]) with ordinality as w (tenant_id, xid, n)
          cross join ${this.#targets} t
          where exists (select from marquee.outbox_cursors where target = t.name)
            and not exists (
              select from marquee.outbox_cursors c
              join marquee.outbox o on o.partition = c.partition and (o.xid, o.id) > (c.xid, c.id) and o.xid <= w.xid
              where c.target = t.name and o.tenant_id = w.tenant_id and o.topic = any(string_to_array(t.topics, ',')))
            and not exists (
              select from marquee.outbox_parked p
              where p.target = t.name and p.tenant_id = w.tenant_id
                and case when p.dead then p.xid = w.xid else p.xid <= w.xid end)`,
    );
    const reached = wanted.map(() => new Set<string>());
    for (const { n, name } of rows) reached[n - 1]?.add(name);
    return reached;
  }

  get #targets() {
    const names = this.targets.map(({ name }) => name);
    const topics = this.targets.map((target) => target.topics.join());
    return sql`(select * from unnest(${names}::text[], ${topics}::text[]) with ordinality as u (name, topics, n))`;
  }
}

/** Keeps events for work under way, by a cursor that stands still meanwhile. */
export class PostgresOutboxHolds implements OutboxHolds {
  constructor(private readonly pool: OutboxPool) {}

  async during<T>(work: () => Promise<T>, after: Parameters<OutboxHolds["during"]>[1]): Promise<T> {
    const name = `${HOLD_PREFIX}${randomUUID()}`;
    await this.pool.query(
      sql`insert into marquee.outbox_cursors (target, partition, xid, id)
          select ${name}, partition, ${EDGE}, 0 from generate_series(0, ${OUTBOX_PARTITIONS - 1}::int) as partition`,
    );
    const alive = setInterval(() => void this.#touch(name), HOLD_ALIVE_MS);
    try {
      const result = await work();
      for (let partition = 0; partition < OUTBOX_PARTITIONS; partition += 1) {
        await this.#replay(name, partition, after);
      }
      return result;
    } finally {
      clearInterval(alive);
      // What stays because PostgreSQL is down is removed by the cleaning of the outbox.
      await this.pool
        .query(sql`delete from marquee.outbox_cursors where target = ${name}`)
        .catch(() => undefined);
    }
  }

  /** One that PostgreSQL, being down, does not see is made up for by the next. */
  async #touch(name: string): Promise<void> {
    await this.pool
      .query(sql`update marquee.outbox_cursors set seen_at = now() where target = ${name}`)
      .catch(() => undefined);
  }

  async #replay(
    name: string,
    partition: number,
    { tenant, topics, replay }: Parameters<OutboxHolds["during"]>[1],
  ): Promise<void> {
    let [at] = await this.pool.query<{ xid: number; id: number }>(
      sql`select xid, id from marquee.outbox_cursors where target = ${name} and partition = ${partition}`,
    );
    while (at) {
      const events: (OutboxEvent & { xid: number; id: number })[] = await this.pool.query(
        sql`select topic, entity, related, revision, state, xid, id from marquee.outbox
            where partition = ${partition} and (xid, id) > (${at.xid}::bigint, ${at.id}::bigint)
              and tenant_id = ${tenant.id} and topic = any(${topics}::text[])
            order by xid, id limit ${REPLAY_BATCH}`,
      );
      if (events.length > 0) await replay(latestByKey(events));
      at = events.length === REPLAY_BATCH ? events.at(-1) : undefined;
    }
  }
}
