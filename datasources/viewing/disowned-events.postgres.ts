import { randomBytes } from "node:crypto";

import { MERGED_TITLES } from "../catalog/postgres/title-merges.postgres.js";
import { sql, type Query, type Sql } from "../engines/postgres/store.postgres.js";

/**
 * Takes from the viewing events of profiles what says whose they were, and the ids that clients made of who knows what.
 * One name a profile, title and day: whoever counts a title's viewers of a day counts as before, and no trail of one person is
 * left; whoever counts more than that counts with `VIEWERS` of charts. Nobody keeps the salt.
 */
export async function disownEvents(query: Query, profiles: readonly string[]): Promise<void> {
  await query(sql`update viewing_events e set ${nobodys()} where e.profile_id = any(${profiles}::text[])`);
}

/** What an event `e` becomes. */
function nobodys(): Sql {
  const salt = randomBytes(16).toString("hex");
  return sql`
    profile_id = 'deleted-' || md5(${salt} || e.profile_id || e.title_id || (e.at at time zone 'UTC')::date::text),
    id = 'deleted-' || md5(${salt} || e.id)`;
}

/** Events that are somebody's. */
export const OWNED_EVENTS = sql`profile_id not like 'deleted-%'`;

/**
 * The same for events of before an instant, with the progress that they have led to.
 *
 * @returns how many, at most `limit`.
 */
export async function disownOldEvents(query: Query, before: Sql, limit: number): Promise<number> {
  const found = sql`from viewing_events where ${OWNED_EVENTS} and at <= ${before}`;
  // As imports do: what looks for the ids that are there and writes what is missing must not lose them in between.
  const owners = await query<{ id: string }>(
    sql`select distinct profile_id as id from (select profile_id ${found} limit ${limit}::int) old`,
  );
  const ids = sql`${owners.map(({ id }) => id)}::text[]`;
  await query(sql`select from profiles where id = any(${ids}) order by id for no key update`);
  const [row] = await query<{ gone: number }>(
    sql`with old as (
          select e.id, e.at, e.profile_id, coalesce(m.into_id, e.title_id) as title_id, e.seconds, e.recorded_at
          from (select * ${found} and profile_id = any(${ids}) limit ${limit}::int) e
          left join (${MERGED_TITLES}) m on m.title_id = e.title_id
        ), disowned as (
          update viewing_events e set ${nobodys()} from old where e.id = old.id and e.at = old.at
        ), told as (
          select distinct on (profile_id, title_id, id) profile_id, title_id, seconds,
                 max(at) over (partition by profile_id, title_id) as until
          from old order by profile_id, title_id, id, recorded_at desc, at desc
        ), detached as (
          update title_progress p set ${detached({
            until: sql`o.until`,
            seconds: sql`least(p.unmeasured_seconds + o.seconds, p.watched_seconds)::int`,
          })}
          from (
            select profile_id, title_id, max(until) as until, sum(seconds) as seconds from told group by profile_id, title_id
          ) o
          where p.profile_id = o.profile_id and p.title_id = o.title_id
        )
        select count(*) as gone from old`,
  );
  return row?.gone ?? 0;
}

/** What progress `p` becomes that stands for itself until an instant and with so much of what was watched. */
function detached({ until, seconds }: { until: Sql; seconds: Sql }): Sql {
  return sql`
    unmeasured = true, counted_seconds = null, unmeasured_until = greatest(p.unmeasured_until, ${until}),
    unmeasured_seconds = ${seconds}`;
}

/** Lets progress stand for itself where its events are nobody's any more: it counts for nothing but resuming. */
export async function detachProgress(query: Query, profiles: readonly string[]): Promise<void> {
  await query(
    sql`update title_progress p
        set ${detached({ until: sql`p.last_watched_at`, seconds: sql`p.watched_seconds` })}
        where profile_id = any(${profiles}::text[])`,
  );
}
