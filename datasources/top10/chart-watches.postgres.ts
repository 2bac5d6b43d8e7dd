import { onOffer } from "../catalog/audience.js";
import { CATALOG_PLACES } from "../catalog/postgres/catalog-places.postgres.js";
import { MERGED_TITLES } from "../catalog/postgres/title-merges.postgres.js";
import { toSql } from "../engines/postgres/predicate.postgres.js";
import { sql, type Sql } from "../engines/postgres/store.postgres.js";
import { COUNTED_SECONDS, COUNTS } from "../viewing/counted-watches.postgres.js";
import { OWNED_EVENTS } from "../viewing/disowned-events.postgres.js";
import { isWatch } from "../viewing/watched.postgres.js";
import { startOfDay } from "./chart-days.postgres.js";
import { PERIODS } from "./chart-periods.postgres.js";
import { MAX_PROFILE_SECONDS, USUAL_DAYS } from "./chart-rules.js";

/** A delivery repeated with another instant is recognised within so many days of the one before. */
export const REPEATED_DAYS = 2;
/** Whether an event `e` is one of those, among those that a statement looks at. An id that comes again later is another event. */
export const REPEATED = sql`
  coalesce(e.at - lag(e.at) over (partition by e.id order by e.at) <= ${`${REPEATED_DAYS} days`}::interval, false)`;
/** By how much the day of a country may lie behind that of UTC, in whole days. */
const BEHIND_DAYS = 1;

/** A part of a statement, `counted`: what counts between two instants, each event once, with the title that it counts for. */
export function counted(from: Sql, until: Date): Sql {
  return sql`
    counted as (
      select country, at, title_id, profile_id, seconds, completed
      from (
        select e.country, e.at, coalesce(m.into_id, e.title_id) as title_id, e.profile_id,
          ${COUNTED_SECONDS} as seconds, e.completed, ${REPEATED} as repeated
        from viewing_events e left join (${MERGED_TITLES}) m on m.title_id = e.title_id
        where e.at >= ${from} and e.at <= ${until} and ${COUNTS}
      ) e
      where not repeated
    )`;
}

/** How long titles are. Seconds. */
export const RUNNING_TIMES = sql`select id, (document ->> 'runtimeMinutes')::int * 60 as seconds from catalog_titles`;

/** Whether what a profile has viewed, `v`, of a title that is as long as `t`, was a watch. */
export const VIEWED_WATCH = isWatch({
  completed: sql`v.completed`,
  seconds: sql`v.seconds`,
  duration: sql`t.seconds`,
});

/** How many of a title's viewers on a day nobody knows any more: their events have one name a profile, title and day. */
export const nobodysOf = (titleAndDay: Sql): Sql =>
  sql`count(*) filter (where not (${OWNED_EVENTS})) over (partition by ${titleAndDay})`;

/**
 * Viewers among rows of profiles with `nobodys`, as few as they can be: those that can be told apart, and of the others the
 * most of one title and day. One person who was forgotten, whatever they watched, is no more viewers than before.
 */
export const VIEWERS = sql`
  (count(distinct profile_id) filter (where ${OWNED_EVENTS}) + coalesce(max(nobodys), 0))::int`;

/**
 * Parts of a statement: what counts until an instant, by the days of its part `chart_days`. `daily_watches`, watch time and
 * viewers by country, day and title; `daily_viewers`, all viewers of a country on a day, and how many it usually has; the
 * same by weeks, with as many as their days usually have.
 *
 * @param firstDay of those days (`YYYY-MM-DD`).
 */
export function watches(firstDay: string, at: Date): Sql {
  const week = PERIODS.WEEK.first(sql`day`);
  return sql`
    profile_watches as materialized (${profileWatches(firstDay, at)}
    ), daily_watches as materialized (
      select country, zone, day, title_id, sum(seconds)::bigint as seconds, count(*)::int as viewers
      from profile_watches group by country, zone, day, title_id
    ), daily_viewers as materialized (
      select country, day, viewers, avg(viewers) over (
        partition by country order by day
        range between ${`${USUAL_DAYS} days`}::interval preceding and '1 day'::interval preceding) as usual
      from (
        select country, day, ${VIEWERS} as viewers from profile_watches group by country, day
      ) v
    ), weekly_watches as materialized (
      select country, zone, ${week} as day, title_id, sum(seconds)::bigint as seconds, ${VIEWERS} as viewers
      from profile_watches group by 1, 2, 3, 4
    ), weekly_viewers as materialized (
      select w.country, w.day, w.viewers, max(n.usual) as usual
      from (
        select country, ${week} as day, ${VIEWERS} as viewers from profile_watches group by 1, 2
      ) w join daily_viewers n on n.country = w.country and n.day between w.day and w.day + 6
      group by w.country, w.day, w.viewers
    )`;
}

/** What each profile watched of each title on each day, as far as it counts. */
function profileWatches(firstDay: string, at: Date): Sql {
  const earliest = sql`(${firstDay}::date - ${REPEATED_DAYS + BEHIND_DAYS}::int)`;
  return sql`
    with ${counted(startOfDay(earliest, sql`'UTC'`), at)}, viewed as (
      select d.country, d.zone, (c.at at time zone d.zone)::date as day, c.title_id, c.profile_id,
        sum(c.seconds) as seconds, bool_or(c.completed) as completed
      from counted c join chart_days d on d.country = c.country
      group by 1, 2, 3, 4, 5
    ), watched as (
      select v.country, v.zone, v.day, v.title_id, v.profile_id, v.seconds,
        sum(v.seconds) over (
          partition by v.country, v.day, v.profile_id order by v.seconds desc, v.title_id) as so_far
      from viewed v left join (${RUNNING_TIMES}) t on t.id = v.title_id
      where v.day >= ${firstDay}::date and ${VIEWED_WATCH}
    )
    select country, zone, day, title_id, profile_id, ${nobodysOf(sql`country, day, title_id`)} as nobodys,
      greatest(0, least(seconds, ${MAX_PROFILE_SECONDS}::int - (so_far - seconds))) as seconds
    from watched`;
}

/** `daily_watches d` with the titles `t` that they are of. */
export const WATCHED_TITLES = sql`daily_watches d join catalog_titles t on t.id = d.title_id`;

/** Whether a title `t` was on offer at some time of a day, or of so many, in the country of `d` and by its clock. */
export function shownOn(day: Sql, days = 1): Sql {
  const start = (of: Sql) => startOfDay(of, sql`d.zone`);
  return toSql(
    onOffer({ country: sql`d.country`, at: start(day), before: start(sql`(${day} + ${days}::int)`) }),
    CATALOG_PLACES,
  );
}
