import { visibleTo, type Audience } from "../catalog/audience.js";
import { CATALOG_PLACES } from "../catalog/postgres/catalog-places.postgres.js";
import { zoneOf } from "../core/time-zones.js";
import { toSql } from "../engines/postgres/predicate.postgres.js";
import { sql, type Sql } from "../engines/postgres/store.postgres.js";
import { type ChartPeriod } from "../core/vocabulary.js";
import { openDay, unsettledDay } from "./chart-days.postgres.js";
import { PERIODS } from "./chart-periods.postgres.js";
import { LISTED } from "./chart-rules.js";

/** The title that an entry `e` counts for: two that were merged since the job ran are one, in the better place of both. */
export const KEPT = sql`coalesce(h.merged_into, e.title_id)`;

/** The same, looked up for the entry alone. */
const KEPT_ONE = sql`coalesce(
  (select h.merged_into from title_heads h where h.title_id = e.title_id), e.title_id)`;

/** Checks of what has come of a day, not of its list. */
export const OF_FACTS = sql`'COMPLETENESS', 'FRESHNESS'`;

/** Which lists: of a country's days or weeks. */
export interface ChartOf {
  /** An expression: ISO 3166-1 alpha-2. */
  country: Sql;
  /** An expression: its time zone. */
  zone: Sql;
  period: ChartPeriod;
}

/** The lists of a country that is known before the statement runs. @param country ISO 3166-1 alpha-2. */
export function chartOf(country: string, period: ChartPeriod): ChartOf {
  return { country: sql`${country}`, zone: sql`${zoneOf(country)}`, period };
}

/**
 * Whether the list of an entry `e` is held back: one of the checks of its days has not passed. What had not come of a day
 * holds a list back for as long as it may still come.
 */
function held({ zone, period }: ChartOf): Sql {
  const settled = sql`q.day < ${unsettledDay(new Date(), zone)}`;
  return sql`exists (
    select from top10_checks q
    where q.country = e.country and q.day between e.day and e.day + ${PERIODS[period].days - 1}::int and not q.passed
      and not (q.check_name in (${OF_FACTS}) and ${settled}))`;
}

/**
 * A statement: the first day of the list that a day is in, if that is closed, or of the latest that is; none that is held
 * back.
 */
export function closedDay(chart: ChartOf, day: string | null): Sql {
  const { entries, days, first } = PERIODS[chart.period];
  return sql`
    select e.day from ${entries} e
    where e.country = ${chart.country}::char(2)
      and e.day + ${days}::int <= ${openDay(new Date(), chart.zone)}
      and e.day = coalesce(${first(sql`${day}::date`)}, e.day) and not ${held(chart)}
    order by e.day desc limit 1`;
}

/**
 * A statement: the list of a first day, an expression, as an audience may meet it, with the rank that each title has in that.
 * Each title is looked up by itself (`offset 0`): joined, or looked up by an expression, which under a policy no index is
 * asked for, all titles would be gone through for every entry.
 */
export function placesOf(audience: Audience, chart: ChartOf, day: Sql): Sql {
  return sql`
    select (row_number() over (order by k.rank))::int as rank, k.title_id, k.viewers, k.watched_seconds
    from (
      select distinct on (s.title_id) s.*
      from (
        select ${KEPT_ONE} as title_id, e.rank, e.viewers, e.watched_seconds
        from ${PERIODS[chart.period].entries} e
        where e.country = ${chart.country}::char(2) and e.day = ${day} and not ${held(chart)}
        offset 0
      ) s cross join lateral (
        select from catalog_titles t
        where t.id = s.title_id and ${toSql(visibleTo(audience), CATALOG_PLACES)}
        offset 0
      ) t
      order by s.title_id, s.rank
    ) k
    order by k.rank
    limit ${LISTED}::int`;
}

/**
 * A statement: a list with what there was of it before. The lists before it are looked at one after the other, each as the
 * audience may meet it, for as long as one of the titles is on them.
 */
export function rowsOf(audience: Audience, chart: ChartOf, day: string | null): Sql {
  const { days, entries } = PERIODS[chart.period];
  const earlier = placesOf(audience, chart, sql`(c.day - ${days}::int * (w.back + 1))`);
  return sql`
    with recursive closed as (
      select (${closedDay(chart, day)}) as day
    ), list as materialized (
      ${placesOf(audience, chart, sql`(select day from closed)`)}
    ), walk as (
      select 0 as back, array_agg(title_id) as titles, array_agg(rank) as ranks from list
      union all
      select w.back + 1, p.titles, p.ranks
      from walk w cross join closed c cross join lateral (
        select array_agg(o.title_id) as titles, array_agg(o.rank) as ranks
        from (${earlier}) o where o.title_id = any(w.titles)
      ) p
      where p.titles is not null
    ), before as materialized (
      select ${KEPT_ONE} as title_id, sum(e.watched_seconds)::float8 as seconds
      from ${entries} e
      where e.country = ${chart.country}::char(2) and e.day = (select day from closed) - ${days}::int
      group by 1
    )
    select l.rank, l.title_id as "titleId", l.viewers, l.watched_seconds as "watchedSeconds",
      (select w.ranks[array_position(w.titles, l.title_id)] from walk w where w.back = 1) as "previousRank",
      (select ${days}::int * count(*)::int from walk w where l.title_id = any(w.titles)) as "daysOnList",
      (select b.seconds from before b where b.title_id = l.title_id) as "secondsBefore"
    from list l
    order by l.rank`;
}
