import { MERGED_TITLES } from "../catalog/postgres/title-merges.postgres.js";
import { sql, type Query, type Sql } from "../engines/postgres/store.postgres.js";
import { COUNTED_SECONDS, COUNTS } from "../viewing/counted-watches.postgres.js";
import { openDay, startOfDay, unsettledDay } from "./chart-days.postgres.js";
import { KEPT, OF_FACTS } from "./chart-places.postgres.js";
import {
  CATCH_UP_DAYS,
  ENOUGH_SHARE,
  KEPT_TITLES,
  LEAST_VIEWERS,
  MAX_PROFILE_SECONDS,
  RECONCILED_SHARE,
  USUAL_DAYS,
} from "./chart-rules.js";
import { REPEATED, REPEATED_DAYS, RUNNING_TIMES, VIEWED_WATCH } from "./chart-watches.postgres.js";
import { type ChartCheck } from "./top10.js";

const NO_LONGER = sql`(current_date - ${CATCH_UP_DAYS}::int)`;

/**
 * Checks what was written of the days that were ranked (`chart_days`, `checked_days`) against what was counted of them
 * (`listed_facts`), and notes what is found. All of these are tables (`layOut`).
 *
 * @returns those that have not passed, by day, country and check.
 */
export async function checkLists(query: Query): Promise<ChartCheck[]> {
  await query(sql`create temp table checked_entries on commit drop as ${CHECKED_ENTRIES}`);
  await query(sql`analyze checked_entries`);
  await query(sql`
    delete from top10_checks q
    where ((q.passed or q.check_name in (${OF_FACTS})) and q.day < ${NO_LONGER})
      or q.day >= coalesce((select since from chart_days z where z.country = q.country), '-infinity')`);
  return query<ChartCheck>(sql`
    with noted as (
      insert into top10_checks (tenant_id, country, day, check_name, measured, limit_value, passed)
      select current_setting('marquee.tenant')::int, country, day, check_name, measured, most, passed
      from (${COMPLETENESS} union all ${FRESHNESS} union all ${SOUNDNESS} union all ${RECONCILIATION}) c
      returning check_name, country, day, passed, measured, limit_value
    )
    select ${CHECK} from noted q where not passed order by day, country, check_name`);
}

/** A row `q` of what was found. */
export const CHECK = sql`
  q.check_name as "check", q.country, q.day::text as day, q.passed, q.measured, q.limit_value as "limit"`;

/**
 * A statement, `checked_days`: closed days on which viewers enough have come for a list; of those that are not settled
 * (`recent`) also the days on which they should have.
 */
export function checkedDays(at: Date): Sql {
  return sql`
    select country, day, viewers, usual, ${startOfDay(sql`day`, sql`zone`)} as starts,
      ${startOfDay(sql`(day + 1)`, sql`zone`)} as ends, recent, day + 1 = ${openDay(at, sql`zone`)} as latest
    from (
      select u.country, z.zone, z.since, u.day, u.day >= ${unsettledDay(at, sql`z.zone`)} as recent, coalesce(max(u.viewers), 0) as viewers,
        avg(max(u.viewers)) over (
          partition by u.country order by u.day
          range between ${`${USUAL_DAYS} days`}::interval preceding and '1 day'::interval preceding)::float8 as usual
      from (
        select country, day, viewers from daily_viewers
        union all
        select country, day + later, null from daily_viewers cross join generate_series(1, ${USUAL_DAYS}::int) as later
      ) u join chart_days z on z.country = u.country
      group by u.country, z.zone, z.since, u.day
    ) d
    where day >= since and day < ${openDay(at, sql`zone`)}
      and greatest(viewers, case when recent then usual end) >= ${LEAST_VIEWERS}::int`;
}

/** What the lists of these days hold, with the place that the rank of each should be. */
const CHECKED_ENTRIES = sql`
  select c.country, c.day, c.viewers as of_day, e.rank, e.viewers, e.watched_seconds, e.title_id as listed_id, ${KEPT} as title_id,
    t.id is not null as known, row_number() over (partition by c.country, c.day order by e.rank) as place
  from checked_days c join top10_entries e on e.country = c.country and e.day = c.day
  left join title_heads h on h.title_id = e.title_id
  left join catalog_titles t on t.id = ${KEPT}`;

/** Viewers that a day has, of those that it usually has: what a list needs. */
const COMPLETENESS = sql`
  select country, day, 'COMPLETENESS' as check_name, viewers / coalesce(usual, viewers) as measured,
    greatest(${ENOUGH_SHARE}::float8, ${LEAST_VIEWERS}::float8 / coalesce(usual, viewers)) as most,
    viewers >= ${LEAST_VIEWERS}::int and viewers >= ${ENOUGH_SHARE}::float8 * coalesce(usual, 0) as passed
  from checked_days where recent`;

/** Days by which a country's latest list is behind the latest day that is closed. */
const FRESHNESS = sql`
  select country, day, 'FRESHNESS', behind, 0, behind = 0
  from (
    select c.country, c.day, c.day - coalesce(
      (select max(e.day) from top10_entries e where e.country = c.country and e.day <= c.day),
      c.day - ${USUAL_DAYS}::int) as behind
    from checked_days c where c.latest
  ) f`;

/** Entries that stand twice, that name no title, or that cannot be as they are. */
const SOUNDNESS = sql`
  select country, day, check_name, measured, 0, measured = 0
  from (
    select country, day, count(*) - count(distinct title_id) as repeated, count(*) filter (where not known) as unknown,
      count(*) filter (where not (
        viewers between 1 and of_day
        and watched_seconds between 0 and viewers::bigint * ${MAX_PROFILE_SECONDS}::int
        and (rank = place or place > ${KEPT_TITLES}::int and rank > place))) as outside
    from checked_entries group by country, day
  ) f cross join lateral (
    values ('UNIQUENESS', repeated), ('INTEGRITY', unknown), ('RANGES', outside)
  ) v (check_name, measured)`;

const differing = (of: Sql, counted: Sql) => sql`
  sum(abs(${of} - coalesce(${counted}, 0))) / greatest(1, sum(coalesce(${counted}, 0)))`;

/** The share by which a list differs from the facts, in watch time or viewers. */
const RECONCILIATION = sql`
  select country, day, 'RECONCILIATION', differs, ${RECONCILED_SHARE}::float8, differs <= ${RECONCILED_SHARE}::float8
  from (
    select e.country, e.day, greatest(
      ${differing(sql`e.watched_seconds`, sql`s.seconds`)}, ${differing(sql`e.viewers`, sql`s.viewers`)})::float8 as differs
    from checked_entries e
    left join listed_facts s on s.country = e.country and s.day = e.day and s.title_id = e.listed_id
    group by e.country, e.day
  ) f`;

/**
 * A statement, `listed_facts`: what lists (`daily_lists`) are held against. It is counted anew and by another way than lists
 * are made: by the instants between which a day lies, and by sums that are cut off.
 */
export function listedFacts(at: Date): Sql {
  const cap = sql`${MAX_PROFILE_SECONDS}::int`;
  return sql`
    select s.*
    from (
      select country, day, title_id, count(*) as viewers, sum(least(upto, ${cap}) - least(upto - seconds, ${cap})) as seconds
      from (${factsOfDays(at)}) w
      group by country, day, title_id
    ) s join daily_lists l on l.country = s.country and l.day = s.day and l.title_id = s.title_id`;
}

/** What profiles watched on these days, and how much that was with all that they watched longer. */
function factsOfDays(at: Date): Sql {
  return sql`
    select v.*, sum(v.seconds) over (partition by v.country, v.day, v.profile_id order by v.seconds desc, v.title_id) as upto
    from (
      select c.country, c.day, coalesce(m.into_id, e.title_id) as title_id, e.profile_id,
        sum(e.counted) as seconds, bool_or(e.completed) as completed
      from (
        select e.country, e.at, e.title_id, e.profile_id, e.completed, ${COUNTED_SECONDS} as counted,
          ${REPEATED} as repeated
        from viewing_events e
        where e.at >= (select min(starts) from checked_days) - ${`${REPEATED_DAYS} days`}::interval
          and e.at <= ${at} and ${COUNTS}
      ) e
      join checked_days c on c.country = e.country and e.at >= c.starts and e.at < c.ends
      left join (${MERGED_TITLES}) m on m.title_id = e.title_id
      where not e.repeated
      group by 1, 2, 3, 4
    ) v left join (${RUNNING_TIMES}) t on t.id = v.title_id
    where ${VIEWED_WATCH}`;
}
