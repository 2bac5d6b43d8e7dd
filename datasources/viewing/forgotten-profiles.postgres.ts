import { sql, type Query } from "../engines/postgres/store.postgres.js";
import { appendEvents, TRANSACTION } from "../projection/outbox/outbox-append.postgres.js";
import { HOLD_PREFIX } from "../projection/outbox/outbox-edge.postgres.js";
import { type OutboxEvent } from "../projection/outbox/outbox-event.js";
import { isFollowed, WATCH_FOLLOWERS } from "./watch-events.postgres.js";

const ABOUT = sql`topic in ('WATCH', 'NOT_FOR_ME', 'PROFILE')`;

/**
 * Has projections forget profiles that are gone. Where none follows what profiles do there is nobody to be told, and what
 * the queue says of them goes at once.
 *
 * @returns the transaction's id.
 */
export async function forgetProfiles(query: Query, profiles: readonly string[]): Promise<number> {
  if (await isFollowed(query)) return appendEvents(query, profiles.map(goneEvent));
  await query(sql`delete from outbox where ${ABOUT} and entity = any(${profiles}::text[])`);
  const [row] = await query<{ xid: number }>(sql`select ${TRANSACTION}`);
  return row?.xid ?? 0;
}

/**
 * Takes what the queue, and what was refused of it, says of profiles, once everybody has heard of it.
 *
 * @returns whether that was so.
 */
export async function removeEvents(query: Query, profiles: readonly string[]): Promise<boolean> {
  const [waiting] = await query(
    sql`select 1 from outbox o
        join marquee.outbox_cursors c on c.partition = o.partition and (o.xid, o.id) > (c.xid, c.id)
        where (c.target = any(${WATCH_FOLLOWERS}::text[]) or starts_with(c.target, ${HOLD_PREFIX}))
          and o.${ABOUT} and o.entity = any(${profiles}::text[])
        limit 1`,
  );
  if (waiting) return false;
  for (const table of [sql`outbox`, sql`marquee.outbox_parked`]) {
    await query(sql`delete from ${table} where ${ABOUT} and entity = any(${profiles}::text[])`);
  }
  return true;
}

function goneEvent(entity: string): OutboxEvent {
  return { topic: "PROFILE", entity, related: "", revision: 2, state: { deleted: true } };
}
