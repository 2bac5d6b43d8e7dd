import { sql, type Query, type Sql } from "../engines/postgres/store.postgres.js";
import { openDay } from "./chart-days.postgres.js";
import { ENOUGH_SHARE, LEAST_VIEWERS, TOGETHER } from "./chart-rules.js";
import { shownOn, WATCHED_TITLES } from "./chart-watches.postgres.js";
import { type ChartCounts } from "./top10.js";

/** The lists of days that are ranked, each as the ids of its titles, best first. */
const RANKED_LISTS = sql`
  select e.country, e.day, array_agg(e.title_id order by e.rank) as titles
  from top10_entries e join chart_days z on z.country = e.country and e.day >= z.since
  group by e.country, e.day`;

/**
 * Writes the lists of the days that are ranked (`chart_days`) from what was watched (`prepareWatches`), and notes those
 * that were other ones before.
 */
export async function writeLists(query: Query, at: Date): Promise<ChartCounts> {
  await query(sql`create temp table earlier_lists on commit drop as ${RANKED_LISTS}`);
  await query(sql`
    delete from top10_entries e
    where e.day >= coalesce((select since from chart_days z where z.country = e.country), '-infinity')`);
  const [counts] = await query<Omit<ChartCounts, "changed">>(insertLists(at));
  const [changes] = await query<{ changed: number }>(sql`
    with changed as (
      insert into top10_changes (tenant_id, country, day, changed_at, earlier, later)
      select current_setting('marquee.tenant')::int, b.country, b.day, clock_timestamp(), b.titles,
        coalesce(n.titles, '{}')
      from earlier_lists b left join (${RANKED_LISTS}) n on n.country = b.country and n.day = b.day
      where n.titles is distinct from b.titles
      returning 1
    )
    select count(*)::int as changed from changed`);
  return { days: 0, countries: 0, entries: 0, ...counts, changed: changes?.changed ?? 0 };
}

/** Whether `n`, the viewers of a country on a day, are enough for a list. */
const ENOUGH = sql`n.viewers >= ${LEAST_VIEWERS}::int and n.viewers >= ${ENOUGH_SHARE}::float8 * coalesce(n.usual, 0)`;

/** A run of days goes on from the list stored for the day before the first. */
function insertLists(at: Date): Sql {
  return sql`
    with ranked as (
      select d.country, d.day, d.title_id, d.viewers, d.seconds,
        row_number() over (
          partition by d.country, d.day
          order by d.viewers < ${TOGETHER}::int, d.seconds desc, d.viewers desc, d.title_id collate "C") as rank
      from ${WATCHED_TITLES}
      join chart_days z on z.country = d.country and d.day >= z.since
      join daily_viewers n on n.country = d.country and n.day = d.day and ${ENOUGH}
      where d.day < ${openDay(at, sql`d.zone`)} and ${shownOn(sql`d.day`)}
    ), listed as (
      select country, day, title_id, viewers, seconds, rank, 1 as carried from ranked where rank <= 10
      union all
      select e.country, e.day, e.title_id, e.viewers, e.watched_seconds, e.rank, e.days_on_list
      from top10_entries e join chart_days z on z.country = e.country and e.day = z.since - 1
    ), runs as (
      select *, day - (row_number() over (partition by country, title_id order by day))::int as run from listed
    ), placed as (
      select country, day, title_id, viewers, seconds, rank,
        lag(rank) over days as previous_rank,
        row_number() over days + first_value(carried) over days - 1 as days_on_list
      from runs
      window days as (partition by country, title_id, run order by day)
    ), inserted as (
      insert into top10_entries
        (tenant_id, country, day, rank, title_id, previous_rank, days_on_list, viewers, watched_seconds)
      select current_setting('marquee.tenant')::int, p.country, p.day, rank, title_id, previous_rank, days_on_list, viewers,
        seconds
      from placed p join chart_days z on z.country = p.country and p.day >= z.since
      returning country, day
    )
    select count(distinct day)::int as days, count(distinct country)::int as countries, count(*)::int as entries
    from inserted`;
}
