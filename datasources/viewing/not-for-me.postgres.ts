import { isPersonal } from "../accounts/consent-rules.postgres.js";
import { insertEvents, TRANSACTION } from "../projection/outbox/outbox-append.postgres.js";
import { type OutboxEvent } from "../projection/outbox/outbox-event.js";
import { sql, type Query, type Sql } from "../engines/postgres/store.postgres.js";
import { instantInJson } from "../engines/postgres/value-types.postgres.js";
import { type Pair } from "./viewing-writing.js";

/** Most titles that are not for one profile: every list of suggestions is looked through for them. */
export const MOST_NOT_FOR_ME = 2_000;

/** Behind every revision that a pair has had: whoever writes about it does so behind every other. */
const NOW = sql`(extract(epoch from clock_timestamp()) * 1000000)::bigint`;

/** Whether a profile does not want to be shown a title. */
export function isNotForMe(profile: Sql, title: Sql): Sql {
  return sql`exists (select from not_for_me n where n.profile_id = ${profile} and n.title_id = ${title})`;
}

/**
 * Stores that a title is not for a profile, or takes it back; what is so already changes nothing. No row where the profile
 * is gone; `not_for_me` is false where there are as many as there may be.
 *
 * @param owner a query for the profile's id.
 */
export function notForMeWrite({ profileId, titleId }: Pair, owner: Sql, notForMe: boolean): Sql {
  const pair = sql`profile_id = ${profileId} and title_id = ${titleId}`;
  const change = notForMe
    ? sql`insert into not_for_me (tenant_id, profile_id, title_id, since, revision)
          select current_setting('marquee.tenant')::int, id, ${titleId}, clock_timestamp(), ${NOW} from owner
          where (select count(*) from not_for_me where profile_id = ${profileId}) < ${MOST_NOT_FOR_ME}::int
          on conflict do nothing
          returning profile_id, title_id, since, revision`
    : sql`delete from not_for_me where ${pair}
          returning profile_id, title_id, null::timestamptz as since, greatest(revision + 1, ${NOW}) as revision`;
  return sql`
    with owner as materialized (
      ${owner}
    ), changed as (
      ${change}
    ), told as (
      ${insertEvents(eventsOf(sql`changed c`))}
    )
    select p.position_seconds, p.duration_seconds, p.completed, r.rating, w.title_id is not null as in_watchlist,
           ${notForMe}::boolean and (exists (select from changed) or ${isNotForMe(sql`o.id`, sql`${titleId}`)})
             as not_for_me,
           ${TRANSACTION}
    from owner o
    left join title_progress p on p.profile_id = o.id and p.title_id = ${titleId}
    left join ratings r on r.profile_id = o.id and r.title_id = ${titleId}
    left join watchlist w on w.profile_id = o.id and w.title_id = ${titleId}`;
}

/** What the events of rows `c` say, of profiles whose account has agreed to it. */
function eventsOf(rows: Sql): Sql {
  return sql`
    select 'NOT_FOR_ME', c.profile_id, c.title_id, c.revision,
           case when c.since is not null then jsonb_build_object('at', ${instantInJson(sql`c.since`)}) end
    from ${rows} where ${isPersonal(sql`c.profile_id`)}`;
}

/** Adds all that is not for some profiles to the outbox: for projections that had to forget it. */
export async function appendNotForMeOf(query: Query, profiles: readonly string[]): Promise<void> {
  await query(
    insertEvents(eventsOf(sql`(select * from not_for_me where profile_id = any(${profiles}::text[])) c`)),
  );
}

interface MovedRow {
  profile_id: string;
  title_id: string;
  revision: number;
  at: string | null;
  personal: boolean;
}

/**
 * What is said of a title is said of the one that it is merged into; the earlier of two stays.
 *
 * @returns the events for projections that follow it.
 */
export async function moveNotForMe(query: Query, from: string, to: string): Promise<OutboxEvent[]> {
  const rows = await query<MovedRow>(
    sql`with moved as (
          delete from not_for_me where title_id = ${from} returning *
        ), joined as (
          insert into not_for_me as n (tenant_id, profile_id, title_id, since, revision)
          select tenant_id, profile_id, ${to}, since, greatest(revision + 1, ${NOW}) from moved
          on conflict (tenant_id, profile_id, title_id) do update
            set since = least(n.since, excluded.since), revision = greatest(n.revision + 1, excluded.revision)
          returning profile_id, title_id, revision, since
        )
        select profile_id, title_id, greatest(revision + 1, ${NOW}) as revision, null as at,
               ${isPersonal(sql`moved.profile_id`)} as personal from moved
        union all
        select profile_id, title_id, revision, ${instantInJson(sql`since`)},
               ${isPersonal(sql`joined.profile_id`)} from joined
        order by profile_id, title_id`,
  );
  return rows
    .filter(({ personal }) => personal)
    .map(({ profile_id, title_id, revision, at }) => ({
      topic: "NOT_FOR_ME",
      entity: profile_id,
      related: title_id,
      revision,
      state: at === null ? null : { at },
    }));
}
