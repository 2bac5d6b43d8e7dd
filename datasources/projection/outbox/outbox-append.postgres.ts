import { sql, type Query, type Sql } from "../../engines/postgres/store.postgres.js";
import { OUTBOX_CHANNEL, OUTBOX_PARTITIONS } from "./outbox-event.js";
import { type OutboxEvent } from "./outbox-event.js";

/**
 * Adds events to the outbox in the transaction of the fact that they tell of, and wakes the projectors when it commits.
 * The caller holds the row lock of each entity already, so that transactions on one entity get their ids in the order in
 * which they commit.
 *
 * @returns the transaction's id: what has been projected up to it includes these events.
 */
export async function appendEvents(query: Query, events: readonly OutboxEvent[]): Promise<number> {
  const topics = [...new Set(events.map(({ topic }) => topic))].join();
  const [row] = await query<{ xid: number }>(
    sql`with added as (
          ${insertEvents(sql`
            select v.* from jsonb_to_recordset(${JSON.stringify(events)}::jsonb)
              as v (topic text, entity text, related text, revision bigint, state jsonb)`)}
        )
        select ${TRANSACTION}`,
  );
  query.notify(OUTBOX_CHANNEL, topics);
  return row?.xid ?? 0;
}

/**
 * The insert of events, for a statement that writes their facts as well and answers its `TRANSACTION`. Once that has
 * committed, the caller tells OUTBOX_CHANNEL of the topics.
 *
 * @param source a query for topic, entity, related, revision and state.
 */
export function insertEvents(source: Sql): Sql {
  return sql`
    insert into outbox (tenant_id, partition, topic, entity, related, revision, state)
    select current_setting('marquee.tenant')::int, abs(hashtext(v.entity) % ${OUTBOX_PARTITIONS}::int), v.*
    from (${source}) v (topic, entity, related, revision, state)`;
}

/** Selected in the transaction of events: its id as `xid`. */
export const TRANSACTION = sql`(pg_current_xact_id()::text)::bigint as xid`;
