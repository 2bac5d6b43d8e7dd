import { MATURITY_AGES } from "../core/title.document.js";
import { join, sql, type Query, type Sql } from "../engines/postgres/store.postgres.js";
import { openDay } from "./chart-days.postgres.js";
import { ENOUGH_SHARE, KEPT_TITLES, LEAST_VIEWERS, LISTED, TOGETHER } from "./chart-rules.js";
import { PERIODS, type PeriodPlaces } from "./chart-periods.postgres.js";
import { shownOn } from "./chart-watches.postgres.js";
import { type ChartCounts } from "./top10.js";

/** The lists that stand of days that are ranked, each as the ids of its titles, best first. */
const EARLIER_LISTS = sql`
  select e.country, e.day, array_agg(e.title_id order by e.rank) as titles
  from top10_entries e join chart_days z on z.country = e.country and e.day >= z.since
  group by e.country, e.day`;

/** Those that come in their place. */
const LATER_LISTS = sql`
  select country, day, array_agg(title_id order by rank) as titles from daily_lists group by country, day`;

/**
 * Has the lists that were made (`daily_lists`, `weekly_lists`) in the place of those of the days that are ranked
 * (`chart_days`), and notes those that were other ones before. All of these are tables (`layOut`).
 */
export async function writeLists(query: Query): Promise<Omit<ChartCounts, "failed">> {
  const [changes] = await query<{ changed: number }>(sql`
    with changed as (
      insert into top10_changes (tenant_id, country, day, changed_at, earlier, later)
      select current_setting('marquee.tenant')::int, b.country, b.day, clock_timestamp(), b.titles,
        coalesce(n.titles, '{}')
      from (${EARLIER_LISTS}) b left join (${LATER_LISTS}) n on n.country = b.country and n.day = b.day
      where n.titles is distinct from b.titles
      returning 1
    )
    select count(*)::int as changed from changed`);
  await replaceEntries(query, PERIODS.DAY);
  await replaceEntries(query, PERIODS.WEEK);
  const [counts] = await query<Pick<ChartCounts, "days" | "countries" | "entries">>(sql`
    select count(distinct day)::int as days, count(distinct country)::int as countries,
      count(*) filter (where rank <= ${LISTED}::int)::int as entries
    from daily_lists`);
  return { days: 0, countries: 0, entries: 0, ...counts, changed: changes?.changed ?? 0 };
}

/** Entries that are the same stay untouched: mostly all are, and who waits for this transaction waits for no more than it changes. */
async function replaceEntries(query: Query, { entries, lists, first }: PeriodPlaces): Promise<void> {
  await query(sql`
    delete from ${entries} e using chart_days z
    where z.country = e.country and e.day >= ${first(sql`z.since`)} and not exists (
      select from ${lists} n
      where n.country = e.country and n.day = e.day and n.rank = e.rank and n.title_id = e.title_id
        and n.viewers = e.viewers and n.seconds = e.watched_seconds)`);
  await query(sql`
    insert into ${entries} (tenant_id, country, day, rank, title_id, viewers, watched_seconds)
    select current_setting('marquee.tenant')::int, n.country, n.day, n.rank, n.title_id, n.viewers, n.seconds
    from ${lists} n
    where not exists (select from ${entries} e where e.country = n.country and e.day = n.day and e.rank = n.rank)`);
}

/** Whether `n`, the viewers of a country, are enough for a list. */
const ENOUGH = sql`n.viewers >= ${LEAST_VIEWERS}::int and n.viewers >= ${ENOUGH_SHARE}::float8 * coalesce(n.usual, 0)`;

/** Ages that maturity ratings ask for. */
const AGES = [...new Set(Object.values(MATURITY_AGES))].sort((a, b) => a - b);

/**
 * How many of a ranked list (`on_offer`) stand before a title and itself, of those that may be met wherever it may be: the
 * lower an age, the fewer there are. Ten of a limit are among the first ten of their own ages.
 */
const AMONG_ITS_OWN = sql`case ${join(
  AGES.map((age) => sql`when age <= ${age}::int then count(*) filter (where age <= ${age}::int) over better`),
  " ",
)} end`;

/**
 * A statement: the lists of the days or weeks that are ranked and closed, from what was watched (`watches`). Titles are looked
 * up one by one (`placesOf` says why).
 */
export function listsOf(at: Date, { days, watches, viewers, first }: PeriodPlaces): Sql {
  return sql`
    with on_offer as (
      select d.country, d.day, d.title_id, d.viewers, d.seconds, t.maturity_age as age,
        row_number() over (
          partition by d.country, d.day
          order by d.viewers < ${TOGETHER}::int, d.seconds desc, d.viewers desc, d.title_id collate "C") as rank
      from ${watches} d cross join lateral (
        select t.maturity_age from catalog_titles t
        where t.id = d.title_id and ${shownOn(sql`d.day`, days)}
        offset 0
      ) t
      join chart_days z on z.country = d.country and d.day >= ${first(sql`z.since`)}
      join ${viewers} n on n.country = d.country and n.day = d.day and ${ENOUGH}
      where d.day + ${days}::int <= ${openDay(at, sql`d.zone`)}
    ), ranked as (
      select *, ${AMONG_ITS_OWN} as among_its_own from on_offer
      window better as (partition by country, day order by rank)
    )
    select country, day, rank, title_id, viewers, seconds from ranked where among_its_own <= ${KEPT_TITLES}::int`;
}
