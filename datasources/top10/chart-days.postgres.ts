import { zoneOf } from "../core/time-zones.js";
import { sql, type Query, type Sql } from "../engines/postgres/store.postgres.js";
import { CATCH_UP_DAYS, CLOSING_HOURS, LATE_HOURS } from "./chart-rules.js";

const LETTERS = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
/** Whatever an event may say as its country. */
const CODES = LETTERS.flatMap((first) => LETTERS.map((second) => first + second));
const ZONES = CODES.map(zoneOf);

/** From which day on lists are made: from one (`YYYY-MM-DD`), or for each country from the first that is not settled. */
export type Since = { from: string } | "UNSETTLED";

/**
 * Leaves in the temporary table `chart_days` the time zone of every country, and the day from which on it is ranked.
 * What is not settled: days that closed within `LATE_HOURS`, and those behind the tenant's last list. A tenant without any
 * list gets all of them.
 *
 * @returns the first of these days.
 */
export async function prepareDays(query: Query, since: Since, at: Date): Promise<string> {
  await query(sql`
    create temp table chart_days on commit drop as
    select v.country::char(2) as country, v.zone, ${since === "UNSETTLED" ? unsettled(at) : sql`${since.from}::date`} as since
    from unnest(${CODES}::text[], ${ZONES}::text[]) as v (country, zone)
    cross join (select max(day) as day from top10_entries) l`);
  await query(sql`analyze chart_days`);
  const [first] = await query<{ day: string }>(sql`select min(since) as day from chart_days`);
  return first?.day ?? "infinity";
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

/** The instant at which a day begins in a time zone. */
export function startOfDay(day: Sql, zone: Sql): Sql {
  return sql`(${day}::timestamp at time zone ${zone})`;
}

function hoursBefore(at: Date, hours: number): Date {
  return new Date(at.getTime() - hours * 3_600_000);
}
