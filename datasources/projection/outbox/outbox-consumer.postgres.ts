import { sql, type Sql } from "../../engines/postgres/store.postgres.js";
import {
  PartitionLostError,
  type OutboxBatch,
  type OutboxConsumer,
  type OutboxPlace,
  type OutboxRecord,
  type OutboxSignals,
  type ParkedRecord,
  type RefusedRecord,
  type TargetWork,
} from "./outbox-consumer.js";
import { OutboxSession } from "./outbox-session.postgres.js";
import { cleanOutbox } from "./outbox-cleaning.postgres.js";
import { EDGE } from "./outbox-edge.postgres.js";
import { forget, park, takenKeys } from "./outbox-parking.postgres.js";
import { type Outbox } from "./outbox.js";
import { OUTBOX_PARTITIONS } from "./outbox-event.js";
import { type OutboxTopic } from "./outbox-event.js";

/** Events of one partition read at once. */
const BATCH = 500;
const PARKED_BATCH = 200;

/** The key of the lock of a target's partitions. */
const lockOf = (target: Sql) => sql`hashtext('marquee.outbox ' || ${target})`;
const PARTITION_OF_ENTITY = sql`abs(hashtext(p.entity) % ${OUTBOX_PARTITIONS}::int)`;

interface ReadRow {
  partition: number;
  edge: number;
  blocked: boolean;
  /** Null where the partition has nothing to be read. */
  id: number | null;
  xid: number;
  tenant_id: number;
  topic: OutboxTopic;
  entity: string;
  related: string;
  revision: number;
  state: OutboxRecord["state"];
}

/** Consumes the outbox over one connection of its own, which listens, holds advisory locks and moves cursors. */
export class PostgresOutboxConsumer implements OutboxConsumer {
  #session: OutboxSession | undefined;
  /** Where the partitions that are held stand, by target and partition. */
  #held = new Map<string, Map<number, OutboxPlace>>();
  /** Targets that may have parked events. */
  #parking = new Set<string>();

  constructor(
    private readonly url: string,
    private readonly outbox: Pick<Outbox, "targets" | "register">,
    private readonly signals: OutboxSignals,
  ) {}

  async hold(): Promise<string[]> {
    if (!this.#session?.alive) await this.#connect();
    const wanted = this.outbox.targets.flatMap(({ name }) =>
      Array.from({ length: OUTBOX_PARTITIONS }, (_, partition) => ({ name, partition })),
    );
    const missing = wanted.filter(({ name, partition }) => !this.#held.get(name)?.has(partition));
    if (missing.length === 0) return [];
    const locked = await this.#query<{ target: string; partition: number }>(
      sql`select target, partition from (
            select target, partition, pg_try_advisory_lock(${lockOf(sql`target`)}, partition) as locked
            from unnest(${missing.map(({ name }) => name)}::text[], ${missing.map(({ partition }) => partition)}::int[])
              as w (target, partition)
          ) t where locked`,
    );
    if (locked.length > 0) await this.#takeOver(locked);
    return [...new Set(locked.map(({ target }) => target))];
  }

  async survey(): Promise<TargetWork[]> {
    const rows = await this.#query<TargetWork & { parked: boolean }>(
      sql`select h.target,
                 bool_or(coalesce(f.xid < e.edge, false)) as ready,
                 bool_or(s.skippable and not coalesce(f.xid < e.edge, false)) as skippable,
                 bool_or(exists (
                   select from marquee.outbox_parked p
                   where p.target = h.target and not p.dead and p.next_attempt_at <= now()
                     and ${PARTITION_OF_ENTITY} = h.partition)) as due,
                 exists (select from marquee.outbox_parked p where p.target = h.target) as parked
          from (select ${EDGE} as edge) e
          cross join ${this.#places()}
          left join lateral (
            select o.xid from marquee.outbox o
            where o.partition = h.partition and (o.xid, o.id) > (h.xid, h.id) and o.topic = any(string_to_array(h.topics, ','))
            order by o.xid, o.id limit 1
          ) f on true
          cross join lateral (
            select exists (select from marquee.outbox o
              where o.partition = h.partition and (o.xid, o.id) > (h.xid, h.id) and o.xid < e.edge) as skippable
          ) s
          group by h.target`,
    );
    this.#parking = new Set(rows.filter(({ parked }) => parked).map(({ target }) => target));
    return rows.map(({ target, ready, due, skippable }) => ({ target, ready, due, skippable }));
  }

  async read(target: string): Promise<OutboxBatch> {
    const rows = await this.#query<ReadRow>(
      sql`select h.partition, e.edge, b.blocked, o.*
          from (select ${EDGE} as edge) e
          cross join ${this.#places(target)}
          cross join lateral (
            select exists (select from marquee.outbox o
              where o.partition = h.partition and o.xid >= e.edge and o.topic = any(string_to_array(h.topics, ','))) as blocked
          ) b
          left join lateral (
            select o.xid, o.id, o.tenant_id, o.topic, o.entity, o.related, o.revision, o.state
            from marquee.outbox o
            where o.partition = h.partition and (o.xid, o.id) > (h.xid, h.id) and o.xid < e.edge
              and o.topic = any(string_to_array(h.topics, ','))
            order by o.xid, o.id limit ${BATCH}
          ) o on true
          order by h.partition, o.xid, o.id`,
    );
    return this.#batchOf(target, rows);
  }

  async commit(batch: OutboxBatch, refused: readonly RefusedRecord[]): Promise<void> {
    const { target, moves } = batch;
    const taken = this.#parking.has(target) ? takenKeys(batch.records, refused) : [];
    const [row] = await this.#query<{ moved: number }>(
      sql`with moved as (
            update marquee.outbox_cursors c set xid = m.xid, id = m.id, moved_at = now(), seen_at = now()
            from unnest(${moves.map(({ to }) => to.partition)}::int[], ${moves.map(({ from }) => from.xid)}::bigint[],
                        ${moves.map(({ from }) => from.id)}::bigint[], ${moves.map(({ to }) => to.xid)}::bigint[],
                        ${moves.map(({ to }) => to.id)}::bigint[]) as m (partition, from_xid, from_id, xid, id)
            where c.target = ${target} and c.partition = m.partition and c.xid = m.from_xid and c.id = m.from_id
            returning 1
          ), parked as (${park(target, refused)}), forgotten as (${forget(target, taken)})
          select count(*) as moved from moved`,
    );
    if (row?.moved !== moves.length) await this.#drop(`a cursor of ${target} was moved by another`);
    if (refused.length > 0) this.#parking.add(target);
    for (const { to } of moves) this.#held.get(target)?.set(to.partition, to);
  }

  async skip(target: string): Promise<void> {
    const rows = await this.#query<OutboxPlace>(
      sql`update marquee.outbox_cursors c set xid = e.edge, id = 0, moved_at = now(), seen_at = now()
          from (select ${EDGE} as edge) e cross join ${this.#places(target)}
          where c.target = h.target and c.partition = h.partition and (c.xid, c.id) = (h.xid, h.id) and h.xid < e.edge
            and not exists (
              select from marquee.outbox o
              where o.partition = h.partition and (o.xid, o.id) > (h.xid, h.id) and o.xid < e.edge
                and o.topic = any(string_to_array(h.topics, ',')))
          returning c.partition, c.xid, c.id`,
    );
    for (const place of rows) this.#held.get(target)?.set(place.partition, place);
  }

  due(target: string): Promise<ParkedRecord[]> {
    return this.#query<ParkedRecord>(
      sql`select tenant_id as "tenantId", topic, entity, related, revision, state, xid, id, attempts
          from marquee.outbox_parked p
          where target = ${target} and not dead and next_attempt_at <= now()
            and ${PARTITION_OF_ENTITY} = any(${[...(this.#held.get(target)?.keys() ?? [])]}::int[])
          order by next_attempt_at limit ${PARKED_BATCH}`,
    );
  }

  async settle(
    target: string,
    parked: readonly ParkedRecord[],
    refused: readonly RefusedRecord[],
  ): Promise<void> {
    const taken = takenKeys(parked, refused);
    await this.#query(
      sql`with parked as (${park(target, refused)}), forgotten as (${forget(target, taken)}) select 1`,
    );
  }

  clean(): Promise<void> {
    return cleanOutbox((statement) => this.#query(statement), [...this.#held.keys()]);
  }

  async dueTenants(): Promise<number[]> {
    const rows = await this.#query<{ tenant_id: number }>(
      sql`select distinct tenant_id from marquee.title_schedule where due_at <= now()`,
    );
    return rows.map(({ tenant_id }) => tenant_id);
  }

  async close(): Promise<void> {
    this.#held = new Map();
    await this.#session?.close();
  }

  async #connect(): Promise<void> {
    this.#held = new Map();
    await this.outbox.register();
    this.#session = await OutboxSession.open(
      this.url,
      (payload) => this.signals.onEvents(payload.split(",").filter(Boolean) as OutboxTopic[]),
      (reason) => {
        this.#held = new Map();
        this.signals.onLost(reason);
      },
    );
  }

  /** Reads where partitions stand that have just been locked. */
  async #takeOver(locked: readonly { target: string; partition: number }[]): Promise<void> {
    const rows = await this.#query<OutboxPlace & { target: string }>(
      sql`update marquee.outbox_cursors c set seen_at = now()
          from unnest(${locked.map(({ target }) => target)}::text[], ${locked.map(({ partition }) => partition)}::int[])
            as l (target, partition)
          where c.target = l.target and c.partition = l.partition
          returning c.target, c.partition, c.xid, c.id`,
    );
    if (rows.length !== locked.length) await this.#drop("a target has been given up meanwhile");
    for (const { target, ...place } of rows) {
      const places = this.#held.get(target) ?? new Map<number, OutboxPlace>();
      this.#held.set(target, places.set(place.partition, place));
      this.#parking.add(target);
    }
  }

  #batchOf(target: string, rows: readonly ReadRow[]): OutboxBatch {
    const batch: OutboxBatch = { target, records: [], moves: [], more: false, blocked: false };
    for (const [partition, from] of this.#held.get(target) ?? []) {
      const own = rows.filter((row) => row.partition === partition);
      batch.blocked ||= own.some(({ blocked }) => blocked);
      const records = own.flatMap(recordOf);
      const last = records.at(-1);
      if (!last) continue;
      const full = records.length === BATCH;
      batch.more ||= full;
      batch.records.push(...records);
      // Where everything below the edge has been read, there the cursor stands: also behind rows of other topics.
      const { xid, id } = full ? last : { xid: own[0]?.edge ?? last.xid, id: 0 };
      batch.moves.push({ from, to: { partition, xid, id } });
    }
    return batch;
  }

  /** The places held, of one target or of all, with the topics that their target follows. */
  #places(only?: string): Sql {
    const places = this.outbox.targets
      .filter(({ name }) => only === undefined || name === only)
      .flatMap(({ name, topics }) =>
        [...(this.#held.get(name)?.values() ?? [])].map((place) => ({
          name,
          topics: topics.join(),
          ...place,
        })),
      );
    return sql`unnest(${places.map(({ name }) => name)}::text[], ${places.map(({ topics }) => topics)}::text[],
                      ${places.map(({ partition }) => partition)}::int[], ${places.map(({ xid }) => xid)}::bigint[],
                      ${places.map(({ id }) => id)}::bigint[]) as h (target, topics, partition, xid, id)`;
  }

  /** Gives everything back, because what was believed of it is not so. */
  async #drop(reason: string): Promise<never> {
    await this.close();
    this.signals.onLost(reason);
    throw new PartitionLostError(reason);
  }

  #query<R extends object>(statement: Sql): Promise<R[]> {
    if (!this.#session) return Promise.reject(new PartitionLostError("there is no connection"));
    return this.#session.query<R>(statement);
  }
}

function recordOf(row: ReadRow): OutboxRecord[] {
  const { id, xid, tenant_id: tenantId, topic, entity, related, revision, state } = row;
  return id === null ? [] : [{ tenantId, topic, entity, related, revision, state, xid, id }];
}
