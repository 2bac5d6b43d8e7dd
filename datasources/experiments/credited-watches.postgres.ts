import { sql, type Sql } from "../engines/postgres/store.postgres.js";
import { titleNames } from "../viewing/title-names.postgres.js";
import { WATCHED } from "../viewing/watched.postgres.js";

/** The day, by UTC, on which a row `p` of `title_progress` was begun. */
export const BEGUN_ON = sql`(p.first_watched_at at time zone 'UTC')::date`;

/** Of a row `p` of `title_progress` what {@link creditedTo} goes by; `names` are the ids by which the title may have been shown. */
export const PROGRESS = sql`p.profile_id, p.title_id, p.first_watched_at, p.completed, p.watched_seconds, p.position_seconds,
  p.duration_seconds, p.unmeasured, ${titleNames(sql`p.title_id`)} as names`;

/**
 * Whether a row `p` of `title_progress` that was begun on a closed day may count: since the first day of which the profile has
 * sums. It has none of days before its account took a consent back, whatever it agrees to since.
 */
export const HAS_SUMS = sql`exists (select from served_sums o where o.profile_id = p.profile_id and o.day <= ${BEGUN_ON})`;

/**
 * Watches by the arms that they count for, by profile, and by the day on which they began, with their titles. A watch counts where it began
 * within a day of a list that had its title, and for the latest of these: so that it counts once, however often the title was
 * shown. A title that was shown by an id that has been merged into another is that other. What was left at once is no watch
 * (`LEAST_WATCH`). Of an interleaved list it counts for the arm that has put the title there, and for none where a campaign
 * has.
 *
 * @param watches rows with what {@link PROGRESS} names.
 */
export function creditedTo(watches: Sql): Sql {
  return sql`
    select i.arm, p.profile_id, ${BEGUN_ON} as day, count(*) as watched, count(*) filter (where p.completed) as completed,
      array_agg(p.title_id) as titles, array_agg(p.title_id) filter (where p.completed) as finished
    from (${watches}) p
    cross join lateral (
      select l.arms, case when l.teams is not null then coalesce((
          select l.teams[array_position(l.title_ids, u.id)] from unnest(p.names) as u (id)
          where array_position(l.title_ids, u.id) is not null limit 1
        ), 0) end as team
      from served_lists l
      where l.profile_id = p.profile_id and l.at <= p.first_watched_at
        and l.at > p.first_watched_at - interval '1 day' and l.title_ids && p.names
      order by l.at desc limit 1
    ) s
    cross join lateral unnest(s.arms) with ordinality as i (arm, position)
    where ${WATCHED} and (s.team is null or s.team = i.position)
    group by 1, 2, 3`;
}
