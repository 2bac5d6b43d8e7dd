import { type Audience } from "../catalog/audience.js";
import { empty, sql, type Sql } from "../engines/postgres/store.postgres.js";
import { CODES, ZONES } from "./chart-days.postgres.js";
import { closedDay, KEPT, placesOf, type ChartOf } from "./chart-places.postgres.js";

/** The weekly lists of a country `z` of the statement. */
const WEEKS: ChartOf = { country: sql`z.country`, zone: sql`z.zone`, period: "WEEK" };

/** Countries that have lists of weeks, with their clocks: one of them, or all. */
function countriesOf(country: string | null): Sql {
  return sql`
    select z.country::char(2) as country, z.zone
    from unnest(${CODES}::text[], ${ZONES}::text[]) as z (country, zone)
    where exists (select from top10_weeks e where e.country = z.country::char(2))
      ${country === null ? empty : sql`and z.country = ${country}`}`;
}

/** What titles were watched in both weeks, where the country has a list of the week: `times`. */
const TIMES = sql`
  select e.country, e.day = w.day as now, ${KEPT} as title_id, sum(e.watched_seconds)::float8 as seconds
  from week w
  join lists l on true
  join top10_weeks e on e.country = l.country and e.day = l.day
  left join title_heads h on h.title_id = e.title_id
  group by 1, 2, 3`;

/** The titles of either list, each once: `moves`. */
const MOVES = sql`
  select m.*, n.seconds, b.seconds as before, o.original
  from (
    select country, title_id, max(rank) filter (where now) as rank, max(rank) filter (where not now) as rank_before
    from listed l
    where exists (select from lists s cross join week w where s.country = l.country and s.day = w.day)
    group by country, title_id
  ) m
  left join times n on n.country = m.country and n.title_id = m.title_id and n.now
  left join times b on b.country = m.country and b.title_id = m.title_id and not b.now
  cross join lateral (
    select coalesce((t.document ->> 'original')::boolean, false) as original
    from catalog_titles t where t.id = m.title_id offset 0
  ) o`;

/** What a country watched of the titles of its list, this week or the one before, and of that what is its house's own. */
function sums(rank: Sql, seconds: Sql): Sql {
  const listed = sql`filter (where ${rank} is not null)`;
  const own = sql`filter (where ${rank} is not null and original)`;
  return sql`json_build_object(
    'watchedSeconds', sum(${seconds}) ${listed}, 'titles', count(*) ${listed},
    'originals', count(*) ${own}, 'originalSeconds', coalesce(sum(${seconds}) ${own}, 0))`;
}

/**
 * A statement, one row: the weekly lists of countries beside those of the week before, as an audience may meet them.
 *
 * @param country one of them, or all.
 * @param day one of the week; null: the latest week that any of them has a list of.
 */
export function movesOf(audience: Audience, country: string | null, day: string | null): Sql {
  return sql`
    with zones as materialized (${countriesOf(country)}),
    week as materialized (
      select max(d.day) as day from zones z cross join lateral (${closedDay(WEEKS, day)}) d
    ), listed as materialized (
      select z.country, v.day, v.now, p.rank, p.title_id
      from week w
      cross join zones z
      cross join lateral (values (w.day, true), (w.day - 7, false)) v (day, now)
      cross join lateral (${placesOf(audience, WEEKS, sql`v.day`)}) p
    ), lists as materialized (
      select distinct country, day from listed
    ), times as materialized (${TIMES}),
    moves as materialized (${MOVES})
    select w.day::text as week,
      (select json_agg(json_build_object('country', c.country, 'now', c.now, 'before', c.before) order by c.country)
       from (
         select country, ${sums(sql`rank`, sql`seconds`)} as now, ${sums(sql`rank_before`, sql`before`)} as before
         from moves group by country
       ) c) as countries,
      (select json_agg(json_build_object('country', m.country, 'titleId', m.title_id, 'rank', m.rank,
          'previousRank', m.rank_before, 'watchedSeconds', m.seconds, 'secondsBefore', m.before)
          order by abs(coalesce(m.seconds, 0) - coalesce(m.before, 0)) desc, m.country, m.title_id)
       from moves m) as moves
    from week w where w.day is not null`;
}
