import { zoneOf } from "../core/time-zones.js";
import { sql, type Query, type Sql } from "../engines/postgres/store.postgres.js";
import { CATCH_UP_DAYS, CLOSING_HOURS, LATE_HOURS } from "./chart-rules.js";

const LETTERS = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
/** Whatever an event may say as its country. */
export const CODES = LETTERS.flatMap((first) => LETTERS.map((second) => first + second));
export const ZONES = CODES.map(zoneOf);

/** From which day on lists are made: from one (`YYYY-MM-DD`), or for each country from the first that is not settled. */
export type Since = { from: string } | "UNSETTLED";

/** The first days of all countries (`YYYY-MM-DD`). */
export interface FirstDays {
  /** That is ranked. */
  ranked: string;
  /** That what trends ends on; null where nothing does. */
  last: string | null;
}

/**
 * A statement, `chart_days`: the time zone of every country, the day from which on it is ranked, and the day that what
 * trends ends on (`last`): the latest closed one that the tenant has events for.
 * What is not settled: days that closed within `LATE_HOURS`, and those behind the tenant's last list. A tenant without any
 * list gets all of them.
 *
 * @param latest instant with events; null where nothing is to trend, or there are none.
 */
export function chartDays(since: Since, at: Date, latest: string | null): Sql {
  return sql`
    select v.country::char(2) as country, v.zone, ${since === "UNSETTLED" ? unsettled(at) : sql`${since.from}::date`} as since,
      ${latest === null ? sql`null::date` : lastDay(at, latest)} as last
    from unnest(${CODES}::text[], ${ZONES}::text[]) as v (country, zone)
    cross join (select max(day) as day from top10_entries) l`;
}

function lastDay(at: Date, latest: string): Sql {
  return sql`least(${localDay(sql`${latest}`, sql`v.zone`)}, ${openDay(at, sql`v.zone`)} - 1)`;
}

/** Of the days of a statement `chartDays`. */
export async function firstDays(query: Query, days: Sql): Promise<FirstDays> {
  const [first] = await query<FirstDays>(
    sql`select min(since) as ranked, min(last) as last from (${days}) d`,
  );
  return first ?? { ranked: "infinity", last: null };
}

/** `l.day` is the last that any country has a list of: others may be a day behind. */
function unsettled(at: Date): Sql {
  return sql`
    case when l.day is null then '-infinity'::date else least(
      ${unsettledDay(at, sql`v.zone`)},
      greatest(l.day - 1, ${localDay(at, sql`v.zone`)} - ${CATCH_UP_DAYS}::int)
    ) end`;
}

/** The day in a time zone that is not closed yet at an instant; all before it are. */
export function openDay(at: Date, zone: Sql): Sql {
  return localDay(hoursBefore(at, CLOSING_HOURS), zone);
}

/** The first day in a time zone that what comes late still ranks anew. */
export function unsettledDay(at: Date, zone: Sql): Sql {
  return localDay(hoursBefore(at, CLOSING_HOURS + LATE_HOURS), zone);
}

/** The day that an instant falls on in a time zone. */
export function localDay(at: Date | Sql, zone: Sql): Sql {
  return sql`(${at}::timestamptz at time zone ${zone})::date`;
}

/** The instant at which a day begins in a time zone. Where a clock is put back to midnight (Cuba's), the first of the two. */
export function startOfDay(day: Sql, zone: Sql): Sql {
  const midnight = sql`(${day}::timestamp at time zone ${zone})`;
  const hourBefore = sql`(${midnight} - '1 hour'::interval)`;
  return sql`
    (case when ${hourBefore} at time zone ${zone} >= ${day}::timestamp then ${hourBefore} else ${midnight} end)`;
}

function hoursBefore(at: Date, hours: number): Date {
  return new Date(at.getTime() - hours * 3_600_000);
}
