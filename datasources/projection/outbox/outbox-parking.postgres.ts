import { sql, type Sql } from "../../engines/postgres/store.postgres.js";
import { keyOf } from "./coalesce.js";
import { type OutboxRecord, type RefusedRecord } from "./outbox-consumer.js";

/** Refusals after which an event is a dead letter, and the time until the first of the tries between; each further one waits twice as long. */
const ATTEMPTS = 5;
const FIRST_RETRY_SECONDS = 1;

/** The records whose keys nothing was refused of. */
export function takenKeys(
  records: readonly OutboxRecord[],
  refused: readonly RefusedRecord[],
): OutboxRecord[] {
  const keyIn = (record: OutboxRecord) => `${record.tenantId} ${keyOf(record)}`;
  const bad = new Set(refused.map(({ record }) => keyIn(record)));
  return records.filter((record) => !bad.has(keyIn(record)));
}

/** Parks what was refused; what is parked already has been refused once more. */
export function park(target: string, refused: readonly RefusedRecord[]): Sql {
  const rows = refused.map(({ record, reason }) => ({ ...record, reason: reason.slice(0, 2_000) }));
  const wait = (attempts: Sql) =>
    sql`now() + ${FIRST_RETRY_SECONDS}::int * (2 ^ (${attempts} - 1)) * interval '1 second'`;
  const next = sql`(was.attempts + 1)`;
  return sql`
    insert into marquee.outbox_parked as was (target, tenant_id, topic, entity, related, xid, id, revision, state, attempts,
                                       reason, next_attempt_at)
    select ${target}, r."tenantId", r.topic, r.entity, r.related, r.xid, r.id, r.revision, r.state, 1, r.reason, ${wait(sql`1`)}
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r ("tenantId" int, topic text, entity text, related text,
      xid bigint, id bigint, revision bigint, state jsonb, reason text)
    on conflict (target, tenant_id, topic, entity, related) do update set
      xid = excluded.xid, id = excluded.id, revision = excluded.revision, state = excluded.state, reason = excluded.reason,
      attempts = ${next}, dead = ${next} >= ${ATTEMPTS}::int, next_attempt_at = ${wait(next)}
    returning 1`;
}

/** Forgets what was parked of keys that the target has taken since. */
export function forget(target: string, taken: readonly OutboxRecord[]): Sql {
  const keys = taken.map(({ tenantId, topic, entity, related }) => ({ tenantId, topic, entity, related }));
  return sql`
    delete from marquee.outbox_parked p
    using (select distinct * from jsonb_to_recordset(${JSON.stringify(keys)}::jsonb)
             as k ("tenantId" int, topic text, entity text, related text)) k
    where p.target = ${target} and p.tenant_id = k."tenantId" and p.topic = k.topic and p.entity = k.entity
      and p.related = k.related
    returning 1`;
}
