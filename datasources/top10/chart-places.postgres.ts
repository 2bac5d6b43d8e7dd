import { visibleTo, type Audience } from "../catalog/audience.js";
import { CATALOG_PLACES } from "../catalog/postgres/catalog-places.postgres.js";
import { zoneOf } from "../core/time-zones.js";
import { toSql } from "../engines/postgres/predicate.postgres.js";
import { sql, type Sql } from "../engines/postgres/store.postgres.js";
import { openDay } from "./chart-days.postgres.js";
import { LISTED } from "./chart-rules.js";

/** The title that an entry `e` counts for: two that were merged since the job ran are one, in the better place of both. */
export const KEPT = sql`coalesce(h.merged_into, e.title_id)`;

/** Whether the list of an entry `e` is held back: one of its checks has not passed. */
const HELD = sql`
  exists (select from top10_checks q where q.country = e.country and q.day = e.day and not q.passed)`;

/** A statement: the day that is asked for where it is closed, or the latest that is and has a list; none that is held back. */
export function closedDay(country: string, day: string | null): Sql {
  return sql`
    select e.day from top10_entries e
    where e.country = ${country}::char(2) and e.day < ${openDay(new Date(), sql`${zoneOf(country)}`)}
      and e.day = coalesce(${day}::date, e.day) and not ${HELD}
    order by e.day desc limit 1`;
}

/**
 * A statement: the list of a day, an expression, as an audience may meet it, with the rank that each title has in that.
 * Each title is looked up by itself (`offset 0`): joined, or looked up by an expression, which under a policy no index is
 * asked for, all titles would be gone through for every entry.
 */
export function placesOf(audience: Audience, country: string, day: Sql): Sql {
  return sql`
    select (row_number() over (order by k.rank))::int as rank, k.title_id, k.viewers, k.watched_seconds
    from (
      select distinct on (s.title_id) s.*
      from (
        select coalesce(
            (select h.merged_into from title_heads h where h.title_id = e.title_id), e.title_id) as title_id, e.rank, e.viewers, e.watched_seconds
        from top10_entries e
        where e.country = ${country}::char(2) and e.day = ${day} and not ${HELD}
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
 * A statement: a list with what there was of it on the days before. These are looked at one after the other, each as the
 * audience may meet it, for as long as one of the titles is on them.
 */
export function rowsOf(audience: Audience, country: string, day: string | null): Sql {
  const earlier = placesOf(audience, country, sql`(c.day - w.back - 1)`);
  return sql`
    with recursive closed as (
      select (${closedDay(country, day)}) as day
    ), list as materialized (
      ${placesOf(audience, country, sql`(select day from closed)`)}
    ), walk as (
      select 0 as back, array_agg(title_id) as titles, array_agg(rank) as ranks from list
      union all
      select w.back + 1, p.titles, p.ranks
      from walk w cross join closed c cross join lateral (
        select array_agg(o.title_id) as titles, array_agg(o.rank) as ranks
        from (${earlier}) o where o.title_id = any(w.titles)
      ) p
      where p.titles is not null
    )
    select l.rank, l.title_id as "titleId", l.viewers, l.watched_seconds as "watchedSeconds",
      (select w.ranks[array_position(w.titles, l.title_id)] from walk w where w.back = 1) as "previousRank",
      (select count(*)::int from walk w where l.title_id = any(w.titles)) as "daysOnList"
    from list l
    order by l.rank`;
}
