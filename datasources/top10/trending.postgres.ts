import { sql, type Query } from "../engines/postgres/store.postgres.js";
import { shownOn, WATCHED_TITLES } from "./chart-watches.postgres.js";

/** Days that trending looks at, and the days before them that it compares with. */
const RECENT_DAYS = 7;
const BASE_DAYS = 28;
/** All of these. */
export const TRENDING_DAYS = RECENT_DAYS + BASE_DAYS;
const TRENDING_TITLES = 100;

/** The first of the recent days of a country `z`. */
const RECENT = sql`(z.last - ${RECENT_DAYS - 1}::int)`;

/**
 * A statement, `trending`: the titles that gain, to the last day of each country (`chart_days`). Score: watch time a week now over watch time
 * a week before, both raised by what a watched title of the country has on average, so that growth from next to nothing
 * stays near 1; only gains are kept.
 */
export const TRENDING = sql`
  with span as (
    select min(d.day) as first_day
    from daily_watches d cross join (select min(last) as last from chart_days) l
    where d.day > l.last - ${TRENDING_DAYS}::int
  ), watched as (
    select d.country, d.title_id,
      coalesce(sum(d.seconds) filter (where d.day >= ${RECENT}), 0)::float8 as now,
      coalesce(sum(d.seconds) filter (where d.day < ${RECENT}), 0)::float8 * ${RECENT_DAYS}::int
        / greatest(1, least(${BASE_DAYS}::int, max(${RECENT} - span.first_day))) as before
    from ${WATCHED_TITLES} join chart_days z on z.country = d.country cross join span
    where d.day between ${RECENT} - ${BASE_DAYS}::int and z.last and ${shownOn(sql`z.last`)}
    group by d.country, d.title_id
  ), scored as (
    select country, title_id, now,
      (now + avg(now) over (partition by country)) / (before + avg(now) over (partition by country)) as score
    from watched
    where now > 0
  ), ranked as (
    select country, title_id, score,
      row_number() over (partition by country order by score desc, now desc, title_id collate "C") as rank
    from scored
    where score > 1
  )
  select country, rank, title_id, score from ranked where rank <= ${TRENDING_TITLES}::int`;

/** Has the titles of the table `trending` in the place of those that are read. */
export async function writeTrending(query: Query): Promise<void> {
  await query(sql`delete from trending_titles`);
  await query(sql`
    insert into trending_titles (tenant_id, country, rank, title_id, score)
    select current_setting('marquee.tenant')::int, country, rank, title_id, score from trending`);
}
