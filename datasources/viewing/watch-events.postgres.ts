import { appendEvents } from "../projection/outbox/outbox-append.postgres.js";
import { OUTBOX_CHANNEL, OUTBOX_PARTITIONS } from "../projection/outbox/outbox-event.js";
import { isPersonal } from "../accounts/consent-rules.postgres.js";
import { sql, type Query, type Sql } from "../engines/postgres/store.postgres.js";
import { appendNotForMeOf } from "./not-for-me.postgres.js";
import { type RemovedProgress } from "./title-progress.postgres.js";
import { LEFT_EARLY, WATCHED } from "./watched.postgres.js";

/** Targets that follow what is watched; where none is registered, nobody would read the events of an import. */
export const WATCH_FOLLOWERS = ["recommendations.neo4j"];

/**
 * Adds the watches in the temporary table `touched` to the outbox in one statement, and those that are no more.
 *
 * @param removed pairs without progress.
 */
export async function appendWatches(query: Query, removed: readonly RemovedProgress[]): Promise<void> {
  const touched = sql`
    (select distinct profile_id, title_id from touched) t
    join title_progress p on p.profile_id = t.profile_id and p.title_id = t.title_id`;
  if (!(await appendStates(query, touched))) return;
  if (removed.length === 0) return;
  await appendEvents(
    query,
    removed.map(({ profileId, titleId, revision }) => ({
      topic: "WATCH",
      entity: profileId,
      related: titleId,
      revision: revision + 1,
      state: null,
    })),
  );
}

/** Whether any projection follows what profiles do. */
export async function isFollowed(query: Query): Promise<boolean> {
  const [followed] = await query(
    sql`select 1 from marquee.outbox_cursors where target = any(${WATCH_FOLLOWERS}::text[]) limit 1`,
  );
  return followed !== undefined;
}

/** Adds everything that profiles have watched, and what they do not want, to the outbox: for projections that had to forget it. */
export async function appendWatchesOf(query: Query, profiles: readonly string[]): Promise<void> {
  if (await isFollowed(query)) await appendNotForMeOf(query, profiles);
  await appendStates(query, sql`title_progress p where p.profile_id = any(${profiles}::text[])`);
}

/**
 * Adds the states of pairs to the outbox, of profiles whose account has agreed to it; what was no watch has none.
 *
 * @param pairs rows `p` of `title_progress`, with a condition or without.
 * @returns whether anybody follows; where nobody does, nothing was added.
 */
async function appendStates(query: Query, pairs: Sql): Promise<boolean> {
  if (!(await isFollowed(query))) return false;
  await query(
    sql`insert into outbox (tenant_id, partition, topic, entity, related, revision, state)
        select p.tenant_id, abs(hashtext(p.profile_id) % ${OUTBOX_PARTITIONS}::int), 'WATCH', p.profile_id, p.title_id,
               p.revision,
               case when ${WATCHED} then
                 jsonb_build_object('at', p.last_watched_at, 'completed', p.completed, 'rating', r.rating,
                                    'leftEarly', ${LEFT_EARLY}) end
        from (select p.* from ${pairs}) p
        left join ratings r on r.profile_id = p.profile_id and r.title_id = p.title_id
        where ${isPersonal(sql`p.profile_id`)}`,
  );
  query.notify(OUTBOX_CHANNEL, "WATCH");
  return true;
}
