import { SESSION_SECONDS } from "../playback/playback.js";
import { sql, type Ask, type Sql } from "../engines/postgres/store.postgres.js";
import {
  placeAmong,
  placeLatest,
  REACH_MS,
  type Placing,
  type Report,
  type StoredReport,
} from "../../packages/watch-time/index.js";
import { titleNames } from "./title-names.postgres.js";
import { type Pair } from "./viewing-writing.js";

/** A report that is about to be stored. */
type NewReport = Report & Pair;

/** What is near a report: the one before it on its device, what others played since, and whether any is behind it. */
interface NearRow {
  /** Of which of the reports asked about, by its place among them. */
  n: number;
  at: string;
  position: number;
  played: number;
  device: string;
  later: boolean;
}

/** A report as it is stored. */
export interface AroundRow {
  id: string;
  at: string;
  position: number;
  completed: boolean;
  device: string;
  played: number;
  seconds: number;
  allowed: number | null;
}

type PlacedAround = AroundRow & { n: number };

/**
 * Asks where reports have their places, to be called with what else has to be known, so that the usual ones, behind which no
 * other is, cost no round trip of their own.
 *
 * @returns what reports change, by their places among these, once it is known of each that is to be stored for how long
 * playing had been allowed.
 */
export function askPlaces(
  query: Ask,
  reports: readonly NewReport[],
): (allowed: ReadonlyMap<number, number | null>) => Promise<Map<number, Placing>> {
  const near = query<NearRow>(nearOf(reports));
  return async (allowed) => {
    const rows = byPlace(await near);
    const late = [...allowed.keys()].filter((n) => rows.get(n)?.some(({ later }) => later));
    const around = byPlace(late.length === 0 ? [] : await query<PlacedAround>(aroundOf(reports, late)));
    const places = new Map<number, Placing>();
    for (const [n, seconds] of allowed) {
      const report = { ...reports[n]!, allowed: seconds };
      const stored = around.get(n);
      places.set(
        n,
        stored ? placeAmong(report, stored.map(toStored)) : placeBehind(report, rows.get(n) ?? []),
      );
    }
    return places;
  };
}

/** Places a report that no other is behind. */
function placeBehind(report: NewReport & { allowed: number | null }, near: readonly NearRow[]): Placing {
  const times = near.map(({ at, ...row }) => ({ ...row, at: Date.parse(at), completed: false }));
  const before = times.find(({ device }) => device === report.device);
  return placeLatest(
    report,
    before,
    times.filter(({ device }) => device !== report.device),
  );
}

function byPlace<R extends { n: number }>(rows: readonly R[]): Map<number, R[]> {
  const places = new Map<number, R[]>();
  for (const row of rows) {
    const place = places.get(row.n);
    if (place) place.push(row);
    else places.set(row.n, [row]);
  }
  return places;
}

/**
 * For how long a session of the profile that was allowed to play the title had been open at an instant; null: there was
 * none. What is told last may come behind the end of the session, within the time that one lives without a heartbeat.
 *
 * @param of expressions: the profile, the names of the title (`titleNames`), the instant.
 */
export function allowedSeconds({ profile, names, at }: { profile: Sql; names: Sql; at: Sql }): Sql {
  return sql`
    (select floor(extract(epoch from ${at} - min(s.started_at)))::int from playback_sessions s
     where s.profile_id = ${profile} and s.title_id = any(${names}) and s.started_at <= ${at}
       and ${at} <= least(s.stopped_at, s.expires_at) + make_interval(secs => ${SESSION_SECONDS}::int))`;
}

/** Writes what reports stand for from now on; at least one. */
export function changeReports(changed: readonly StoredReport[]): Sql {
  const column = <K extends keyof StoredReport>(key: K) => changed.map((report) => report[key]);
  const instants = column("at").map((at) => new Date(at));
  const { first, last } = spanOf(changed);
  return sql`
    update viewing_events e set played_seconds = v.played, seconds = v.seconds
    from unnest(${column("id")}::text[], ${instants}::timestamptz[], ${column("played")}::int[], ${column("seconds")}::int[])
      as v (id, at, played, seconds)
    where e.id = v.id and e.at = v.at and e.at between ${first}::timestamptz and ${last}::timestamptz`;
}

/** One index range a name and day: titles that were merged into the pair's are few. */
function nearOf(reports: readonly NewReport[]): Sql {
  const { first, last } = spanOf(reports, REACH_MS, 2 * REACH_MS);
  const columns = sql`e.at, e.position_seconds as position, e.played_seconds as played, e.device, e.completed`;
  const told = sql`
    from unnest(v.names) as name (id) cross join lateral (
      select ${columns} from viewing_events e
      where e.profile_id = v.profile_id and e.title_id = name.id and e.position_seconds is not null
        and e.at between ${first}::timestamptz and ${last}::timestamptz`;
  return sql`
    with reports as materialized (${namedReports(reports)})
    select v.n, near.* from reports v cross join lateral (
      with before as materialized (
        select e.* ${told} and e.device = v.device and e.at < v.at and e.at >= v.at - ${REACH}
          order by e.at desc, e.completed desc, e.position_seconds desc limit 1
        ) e order by e.at desc, e.completed desc, e.position desc limit 1
      )
      select e.at, e.position, e.played, e.device, false as later from (
        select * from before
        union all
        select e.* ${told} and e.device <> v.device and e.at < v.at and e.at > (select at from before)
          and e.at >= v.at - ${REACH}
        ) e
      ) e
      union all
      select v.at, 0, 0, '', true where exists (
        select ${told} and e.at >= v.at and e.at <= v.at + 2 * ${REACH} limit 1
        ) e)
    ) near order by v.n, near.at`;
}

/** @param places of the reports that it is asked for. */
function aroundOf(all: readonly NewReport[], places: readonly number[]): Sql {
  const reports = places.map((n) => ({ ...all[n]!, n }));
  const { first, last } = spanOf(reports, 2 * REACH_MS, 2 * REACH_MS);
  return sql`
    with reports as materialized (${namedReports(reports)})
    select v.n, e.id, e.at, e.position_seconds as position, e.completed, e.device, e.played_seconds as played, e.seconds,
           e.allowed_seconds as allowed
    from reports v join viewing_events e on e.profile_id = v.profile_id and e.title_id = any(v.names)
    where e.position_seconds is not null and e.at between v.at - 2 * ${REACH} and v.at + 2 * ${REACH}
      and e.at between ${first}::timestamptz and ${last}::timestamptz`;
}

const REACH = sql`make_interval(secs => ${REACH_MS / 1_000}::int)`;

/** Reports by their places, with all names of their titles. */
function namedReports(reports: readonly (NewReport & { n?: number })[]): Sql {
  const rows = reports.map(({ profileId, titleId, at, device, n: place }, n) => ({
    n: place ?? n,
    profile_id: profileId,
    title_id: titleId,
    at: new Date(at),
    device,
  }));
  return sql`
    select r.*, ${titleNames(sql`r.title_id`)} as names from json_to_recordset(${JSON.stringify(rows)}::json)
      as r (n int, profile_id text, title_id text, at timestamptz, device text)`;
}

/**
 * Between which instants reports lie: said as values, it lets PostgreSQL leave out all other days when it plans.
 *
 * @param before how much earlier than the first. Milliseconds.
 */
function spanOf(reports: readonly { at: number }[], before = 0, behind = 0): { first: Date; last: Date } {
  const instants = reports.map(({ at }) => at);
  return { first: new Date(Math.min(...instants) - before), last: new Date(Math.max(...instants) + behind) };
}

/** A report as it is counted. */
export function toStored({ at, ...row }: AroundRow): StoredReport {
  return { ...row, at: Date.parse(at) };
}
