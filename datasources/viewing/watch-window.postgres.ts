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

/**
 * Asks where a report has its place, to be called with what else has to be known, so that the usual one, behind which no
 * other is, costs no round trip of its own.
 *
 * @returns what the report changes, once it is known for how long playing had been allowed.
 */
export function askPlace(query: Ask, report: NewReport): (allowed: number | null) => Promise<Placing> {
  const near = query<NearRow>(nearOf(report));
  return async (allowed) => {
    const rows = await near;
    const allowedReport = { ...report, allowed };
    if (rows.some(({ later }) => later)) {
      return placeAmong(allowedReport, (await query<AroundRow>(aroundOf(report))).map(toStored));
    }
    const times = rows.map(({ at, ...row }) => ({ ...row, at: Date.parse(at), completed: false }));
    const before = times.find(({ device }) => device === report.device);
    return placeLatest(
      allowedReport,
      before,
      times.filter(({ device }) => device !== report.device),
    );
  };
}

/**
 * For how long a session of the profile that was allowed to play the title had been open at an instant; null: there was
 * none. What is told last may come behind the end of the session, within the time that one lives without a heartbeat.
 */
export function allowedSeconds({ profileId, titleId }: Pair, at: number): Sql {
  const instant = sql`${new Date(at)}::timestamptz`;
  return sql`
    (select floor(extract(epoch from ${instant} - min(s.started_at)))::int from playback_sessions s
     where s.profile_id = ${profileId} and s.title_id = any(${titleNames(sql`${titleId}`)}) and s.started_at <= ${instant}
       and ${instant} <= least(s.stopped_at, s.expires_at) + make_interval(secs => ${SESSION_SECONDS}::int))`;
}

/** Writes what reports stand for from now on; at least one. */
export function changeReports(changed: readonly StoredReport[]): Sql {
  const column = <K extends keyof StoredReport>(key: K) => changed.map((report) => report[key]);
  const instants = column("at").map((at) => new Date(at));
  const [first, last] = [instants[0], instants.at(-1)];
  return sql`
    update viewing_events e set played_seconds = v.played, seconds = v.seconds
    from unnest(${column("id")}::text[], ${instants}::timestamptz[], ${column("played")}::int[], ${column("seconds")}::int[])
      as v (id, at, played, seconds)
    where e.id = v.id and e.at = v.at and e.at between ${first}::timestamptz and ${last}::timestamptz`;
}

/** One index range a name and day: titles that were merged into the pair's are few. */
function nearOf({ profileId, titleId, at, device }: NewReport): Sql {
  const instant = sql`${new Date(at)}::timestamptz`;
  const earliest = sql`${new Date(at - REACH_MS)}::timestamptz`;
  const latest = sql`${new Date(at + 2 * REACH_MS)}::timestamptz`;
  const columns = sql`e.at, e.position_seconds as position, e.played_seconds as played, e.device, e.completed`;
  const told = sql`
    from unnest(${titleNames(sql`${titleId}`)}) as n (id) cross join lateral (
      select ${columns} from viewing_events e
      where e.profile_id = ${profileId} and e.title_id = n.id and e.position_seconds is not null`;
  return sql`
    with before as materialized (
      select e.* ${told} and e.device = ${device} and e.at < ${instant} and e.at >= ${earliest}
        order by e.at desc, e.completed desc, e.position_seconds desc limit 1
      ) e order by e.at desc, e.completed desc, e.position desc limit 1
    )
    select e.at, e.position, e.played, e.device, false as later from (
      select * from before
      union all
      select e.* ${told} and e.device <> ${device} and e.at < ${instant} and e.at > (select at from before)
        and e.at >= ${earliest}
      ) e
    ) e
    union all
    select ${instant}, 0, 0, '', true where exists (
      select ${told} and e.at >= ${instant} and e.at <= ${latest} limit 1
      ) e)
    order by at`;
}

function aroundOf({ profileId, titleId, at }: NewReport): Sql {
  const [from, to] = [at - 2 * REACH_MS, at + 2 * REACH_MS].map((bound) => new Date(bound));
  return sql`
    select id, at, position_seconds as position, completed, device, played_seconds as played, seconds,
           allowed_seconds as allowed
    from viewing_events
    where profile_id = ${profileId} and title_id = any(${titleNames(sql`${titleId}`)}) and position_seconds is not null
      and at between ${from}::timestamptz and ${to}::timestamptz`;
}

/** A report as it is counted. */
export function toStored({ at, ...row }: AroundRow): StoredReport {
  return { ...row, at: Date.parse(at) };
}
