import { sql, type Query } from "../../engines/postgres/store.postgres.js";
import { HOLD_PREFIX } from "./outbox-edge.postgres.js";

/** Rows removed by one statement, and how old they must be: young ones tell what has just happened. */
const CLEAN_BATCH = 20_000;
const KEEP = "1 minute";
/** A target that nobody has served for so long is given up; so is a hold without a sign of life, whose process is gone. */
const FORSAKEN = "7 days";
const FORSAKEN_HOLD = "15 minutes";

/**
 * Says that targets are being served, gives up those that nobody serves any more, and removes events that all others have
 * passed.
 *
 * @param query runs a statement over a connection that sees the events of all tenants.
 */
export async function cleanOutbox(
  query: (...args: Parameters<Query>) => Promise<unknown>,
  targets: readonly string[],
): Promise<void> {
  await query(sql`update marquee.outbox_cursors set seen_at = now() where target = any(${targets}::text[])`);
  await query(
    sql`with forsaken as (
            delete from marquee.outbox_cursors where target in (
              select target from marquee.outbox_cursors group by target
              having max(seen_at) < now() - case when starts_with(target, ${HOLD_PREFIX})
                then ${FORSAKEN_HOLD}::interval else ${FORSAKEN}::interval end)
            returning target
          )
          delete from marquee.outbox_parked where target in (select target from forsaken)`,
  );
  await query(
    sql`with passed as (
            select distinct on (partition) partition, xid, id from marquee.outbox_cursors order by partition, xid, id
          ), old as (
            select o.partition, o.xid, o.id from passed p
            cross join lateral (
              select * from marquee.outbox o
              where o.partition = p.partition and (o.xid, o.id) <= (p.xid, p.id) and o.recorded_at < now() - ${KEEP}::interval
              order by o.xid, o.id limit ${CLEAN_BATCH}
            ) o
          )
          delete from marquee.outbox o using old
          where o.partition = old.partition and o.xid = old.xid and o.id = old.id`,
  );
}
