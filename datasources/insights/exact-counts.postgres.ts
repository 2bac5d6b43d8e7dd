import { MERGED_TITLES } from "../catalog/postgres/title-merges.postgres.js";
import { MAX_DAY_SECONDS, MAX_TITLES, STAYED_SECONDS } from "../core/insight-rules.js";
import { sql, type Query, type Sql } from "../engines/postgres/store.postgres.js";
import { COUNTED_SECONDS, COUNTS } from "../viewing/counted-watches.postgres.js";
import { OWNED_EVENTS } from "../viewing/disowned-events.postgres.js";
import { type InsightQuestion } from "./insights.js";
import { type ExactCount } from "./noisy-titles.js";

/**
 * Every title that there is, by its id, with the viewers and the time that count of it. Events that are nobody's any more,
 * as those of accounts that do not want to be measured, are left out: how many of them are one person's is not known.
 *
 * The titles are those of the facts, so that which there are says nothing of who has watched. What counts of a profile
 * hangs on what that profile did alone.
 */
export function exactCounts(query: Query, { days, until, country }: InsightQuestion): Promise<ExactCount[]> {
  const there = country === null ? sql`true` : sql`e.country = ${country}`;
  return query<ExactCount>(sql`
    with watched as (
      select e.profile_id, coalesce(m.into_id, e.title_id) as title_id, (e.at at time zone 'UTC')::date as day,
             sum(${COUNTED_SECONDS}) as seconds, bool_or(e.completed) as completed
      from viewing_events e left join (${MERGED_TITLES}) m on m.title_id = e.title_id
      where e.at >= ${startOf(sql`(${until}::date - ${days}::int)`)} and e.at < ${startOf(sql`${until}::date`)}
        and ${COUNTS} and ${OWNED_EVENTS} and ${there}
      group by 1, 2, 3
    ), chosen as (
      select profile_id, title_id, bool_or(completed) as completed, sum(seconds) as seconds,
             row_number() over (partition by profile_id order by sum(seconds) desc, title_id) as place
      from watched group by profile_id, title_id
    ), counted as (
      select w.title_id, w.seconds,
             sum(w.seconds) over (partition by w.profile_id, w.day order by w.seconds desc, w.title_id) as so_far
      from watched w join chosen c using (profile_id, title_id)
      where c.place <= ${MAX_TITLES}::int
    ), times as (
      select title_id, sum(greatest(0, least(seconds, ${MAX_DAY_SECONDS}::int - (so_far - seconds)))) as seconds
      from counted group by 1
    ), viewers as (
      select title_id,
             count(*) filter (where not completed and seconds < ${STAYED_SECONDS}::int) as "left",
             count(*) filter (where not completed and seconds >= ${STAYED_SECONDS}::int) as stayed,
             count(*) filter (where completed) as completed
      from chosen where place <= ${MAX_TITLES}::int group by 1
    )
    select h.title_id as "titleId", coalesce(v."left", 0) as "left", coalesce(v.stayed, 0) as stayed,
           coalesce(v.completed, 0) as completed, coalesce(t.seconds, 0)::bigint as seconds
    from title_heads h
    left join viewers v using (title_id)
    left join times t using (title_id)
    where h.merged_into is null
    order by h.title_id`);
}

function startOf(day: Sql): Sql {
  return sql`(${day}::timestamp at time zone 'UTC')`;
}
