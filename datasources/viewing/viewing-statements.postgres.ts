import { AGREED, isPersonal } from "../accounts/consent-rules.postgres.js";
import { type PresumedViewer } from "../accounts/presumed-viewer.js";
import { isAsPresumed, PRESUMED_COLUMNS, presumedColumns } from "../accounts/presumed-viewer.postgres.js";
import { insertEvents, TRANSACTION } from "../projection/outbox/outbox-append.postgres.js";
import { empty, sql, type Sql } from "../engines/postgres/store.postgres.js";
import { instantInJson } from "../engines/postgres/value-types.postgres.js";
import { type TitleStateOfProfile } from "./viewing.js";
import { type Pair } from "./viewing-writing.js";
import { type Placing } from "../../packages/watch-time/index.js";
import { titleNames } from "./title-names.postgres.js";
import { allowedSeconds, changeReports } from "./watch-window.postgres.js";
import { isNotForMe } from "./not-for-me.postgres.js";
import { LEFT_EARLY, WATCHED } from "./watched.postgres.js";

/** A viewing event as it is stored. */
export interface StoredEvent extends Pair {
  id: string;
  /** Whom it is told by, where nobody has looked that up; null where somebody has. */
  presumed: PresumedViewer | null;
  /** The client's own id of it. */
  eventId: string | null;
  /** What the client sent: two requests with one event id are compared by it. */
  request: object;
  /** Milliseconds since 1970. */
  at: number;
  /** The position that the client told, which may lie behind the end. Seconds. */
  position: number;
  durationSeconds: number | null;
  /** What it was told to be, where that lay ahead of the clock. Milliseconds since 1970. */
  toldAt: number | null;
  completed: boolean;
  country: string;
  device: string;
}

/** What is known of a pair before an event of it is stored. */
export interface StandingRow {
  /** Of which of the events asked about, by its place among them. */
  n: number;
  /** Of the latest of the pair's events; null for a pair without. */
  last_at: string | null;
  /** Where the player stood then. Seconds. */
  position: number | null;
  /** For how long playing had been allowed at the event's instant; null where it was not. Seconds. */
  allowed: number | null;
  rating: number | null;
  in_watchlist: boolean;
  not_for_me: boolean;
  /** Whether whoever tells of it is who was presumed; null where nobody was. */
  as_presumed: boolean | null;
  /** Whether events of the profile may be kept. */
  measured: boolean;
  /** Whether they may be used for suggestions. */
  personal: boolean;
  /** Of the event's own receipt, where it was stored before. */
  same: boolean | null;
  answer: TitleStateOfProfile["progress"];
  xid: number | null;
  /** The title that the pair's was merged into. */
  merged_into: string | null;
}

/** An event that is about to be stored, and what it changes. */
export interface PlacedEvent {
  /** As in `StandingRow`. */
  n: number;
  event: StoredEvent;
  /** Null where the event itself is not to be kept: it moves the player and counts for nothing. */
  place: Placing | null;
  /** What was known before. */
  standing: StandingRow;
  /** Where the player stands from now on. Seconds. */
  position: number;
}

/** Where the pairs of events stand, and whether the events are known. No row where the profile is gone. */
export function standingOf(events: readonly StoredEvent[]): Sql {
  const rows = events.map(({ profileId, titleId, eventId, request, at, presumed }, n) => ({
    ...presumedColumns(presumed),
    n,
    profile_id: profileId,
    title_id: titleId,
    event_id: eventId,
    request: eventId === null ? null : request,
    at: new Date(at),
  }));
  return sql`
    select v.n, p.last_watched_at as last_at, p.position_seconds as position,
           ${allowedSeconds({ profile: sql`o.id`, names: titleNames(sql`v.title_id`), at: sql`v.at` })} as allowed,
           r.rating, w.title_id is not null as in_watchlist, ${isNotForMe(sql`o.id`, sql`v.title_id`)} as not_for_me,
           ${AGREED.measured} as measured, ${AGREED.personal} as personal,
           case when v.session is not null then ${isAsPresumed(sql`o`, sql`v`)} end as as_presumed,
           case when e.xid is not null then ${ofKeptTitle(sql`e.request`)} = ${ofKeptTitle(sql`v.request`)} end as same,
           e.answer, e.xid,
           (select merged_into from title_heads where title_id = v.title_id) as merged_into
    from json_to_recordset(${JSON.stringify(rows)}::json)
      as v (n int, profile_id text, title_id text, event_id text, request jsonb, at timestamptz, ${PRESUMED_COLUMNS})
    join profiles o on o.id = v.profile_id
    ${AGREED.joined(sql`o.account_id`)}
    left join title_progress p on p.profile_id = o.id and p.title_id = v.title_id
    left join ratings r on r.profile_id = o.id and r.title_id = v.title_id
    left join watchlist w on w.profile_id = o.id and w.title_id = v.title_id
    left join viewing_receipts e on e.profile_id = o.id and e.event_id = v.event_id`;
}

/** An event as it was sent, about the title that its own leads to now: a merge makes it no other event. */
function ofKeptTitle(request: Sql): Sql {
  return sql`${request} || coalesce((select jsonb_build_object('title', merged_into) from title_heads
                                     where title_id = ${request} ->> 'title' and merged_into is not null), '{}')`;
}

/**
 * Stores events in their places, with their pairs' progress, their receipts and the events that projections follow, and
 * answers the progress behind each. What else stands of a pair stays as it is for as long as the pair is held.
 *
 * @param placed at least one; of different pairs.
 */
export function progressWrite(placed: readonly PlacedEvent[]): Sql {
  const changed = placed.flatMap(({ place }) => place?.changed ?? []);
  return sql`
    with v as materialized (
      select * from json_to_recordset(${JSON.stringify(placed.map(toRow))}::json) as v (
        n int, id text, event_id text, request jsonb, profile_id text, title_id text, at timestamptz, told_at timestamptz,
        told_position int, position int, duration int, completed boolean, measured boolean, personal boolean, rating int,
        seconds int, played int, allowed int, watched int, counted int, country text, device text)
    ), event as (
      insert into viewing_events
        (tenant_id, id, profile_id, title_id, at, told_at, seconds, played_seconds, allowed_seconds, position_seconds,
         completed, country, device, recorded_at)
      select current_setting('marquee.tenant')::int, id, profile_id, title_id, at, told_at, seconds, played, allowed,
             told_position, completed, country, device, clock_timestamp()
      from v where measured
    ), ${changed.length > 0 ? sql`changed as (${changeReports(changed)}),` : empty}
    progress as (
      insert into title_progress as p (tenant_id, profile_id, title_id, position_seconds, duration_seconds, completed,
                                       watched_seconds, counted_seconds, first_watched_at, last_watched_at, revision,
                                       unmeasured, unmeasured_until)
      select current_setting('marquee.tenant')::int, profile_id, title_id, position, duration, completed, watched, counted,
             at, at, 1, not measured, case when not measured then at end
      from v
      on conflict (tenant_id, profile_id, title_id) do update set
        position_seconds = excluded.position_seconds,
        completed = p.completed or excluded.completed,
        duration_seconds = coalesce(excluded.duration_seconds, p.duration_seconds),
        watched_seconds = least(p.watched_seconds::bigint + excluded.watched_seconds, 2147483647)::int,
        counted_seconds = case when p.counted_seconds is not null or excluded.counted_seconds is not null then
          least(coalesce(p.counted_seconds, 0)::bigint + coalesce(excluded.counted_seconds, 0), 2147483647)::int end,
        first_watched_at = least(p.first_watched_at, excluded.first_watched_at),
        last_watched_at = greatest(p.last_watched_at, excluded.last_watched_at),
        revision = p.revision + 1,
        unmeasured = p.unmeasured or excluded.unmeasured,
        unmeasured_until = greatest(p.unmeasured_until, excluded.unmeasured_until)
      returning *
    ), receipt as (
      insert into viewing_receipts (tenant_id, profile_id, event_id, request, answer, xid)
      select p.tenant_id, p.profile_id, v.event_id, v.request,
             jsonb_build_object('positionSeconds', p.position_seconds, 'durationSeconds', p.duration_seconds,
                                'completed', p.completed),
             (pg_current_xact_id()::text)::bigint
      from progress p join v on v.profile_id = p.profile_id and v.title_id = p.title_id where v.event_id is not null
    ), told as (
      ${insertEvents(sql`
        ${watchEvent(sql`v.rating`)} join v on v.profile_id = p.profile_id and v.title_id = p.title_id where v.personal`)}
    )
    select v.n, p.position_seconds, p.duration_seconds, p.completed, ${TRANSACTION}
    from progress p join v on v.profile_id = p.profile_id and v.title_id = p.title_id`;
}

/** An event as its statement reads it. */
function toRow({ n, event, place, standing, position }: PlacedEvent): object {
  const { allowed, personal, rating } = standing;
  return {
    n,
    personal,
    rating,
    id: event.id,
    event_id: event.eventId,
    request: event.eventId === null ? null : event.request,
    profile_id: event.profileId,
    title_id: event.titleId,
    at: new Date(event.at),
    told_at: event.toldAt === null ? null : new Date(event.toldAt),
    told_position: event.position,
    position,
    duration: event.durationSeconds,
    completed: event.completed,
    measured: place !== null,
    seconds: place?.seconds ?? 0,
    played: place?.played ?? 0,
    allowed,
    watched: place?.watched ?? 0,
    counted: place?.counted ?? null,
    country: event.country,
    device: event.device,
  };
}

/**
 * Stores a rating or takes it away (null). What a profile has rated and not watched concerns no projection; a watch is
 * told anew with the rating.
 */
export function ratingWrite({ profileId, titleId }: Pair, rating: number | null): Sql {
  const pair = sql`profile_id = ${profileId} and title_id = ${titleId}`;
  const change =
    rating === null
      ? sql`delete from ratings where ${pair} returning profile_id`
      : sql`insert into ratings as r (tenant_id, profile_id, title_id, rating, rated_at)
            select current_setting('marquee.tenant')::int, id, ${titleId}, ${rating}::smallint, clock_timestamp() from owner
            on conflict (tenant_id, profile_id, title_id) do update
              set rating = excluded.rating, rated_at = excluded.rated_at where r.rating <> excluded.rating
            returning profile_id`;
  return sql`
    with owner as materialized (
      ${ownerOf({ profileId, titleId })}
    ), changed as (
      ${change}
    ), progress as (
      update title_progress set revision = revision + 1 where ${pair} and exists (select from changed) returning *
    ), told as (
      ${insertEvents(sql`${watchEvent(sql`${rating}::smallint`)} where ${isPersonal(sql`p.profile_id`)}`)}
    )
    select p.position_seconds, p.duration_seconds, p.completed, ${rating}::smallint as rating,
           w.title_id is not null as in_watchlist, ${isNotForMe(sql`o.id`, sql`${titleId}`)} as not_for_me,
           ${TRANSACTION}
    from owner o
    left join title_progress p on p.profile_id = o.id and p.title_id = ${titleId}
    left join watchlist w on w.profile_id = o.id and w.title_id = ${titleId}`;
}

/** Puts a title on the watchlist or takes it off. No projection follows that. */
export function watchlistWrite({ profileId, titleId }: Pair, inWatchlist: boolean): Sql {
  const change = inWatchlist
    ? sql`insert into watchlist (tenant_id, profile_id, title_id, added_at)
          select current_setting('marquee.tenant')::int, id, ${titleId}, clock_timestamp() from owner
          on conflict do nothing`
    : sql`delete from watchlist where profile_id = ${profileId} and title_id = ${titleId}`;
  return sql`
    with owner as materialized (
      ${ownerOf({ profileId, titleId })}
    ), changed as (
      ${change}
    )
    select p.position_seconds, p.duration_seconds, p.completed, r.rating, ${inWatchlist}::boolean as in_watchlist,
           ${isNotForMe(sql`o.id`, sql`${titleId}`)} as not_for_me, ${TRANSACTION}
    from owner o
    left join title_progress p on p.profile_id = o.id and p.title_id = ${titleId}
    left join ratings r on r.profile_id = o.id and r.title_id = ${titleId}`;
}

/** Takes a title off continue watching until it is watched again. No projection follows that. */
export function dismissalWrite({ profileId, titleId }: Pair): Sql {
  return sql`
    with owner as materialized (
      ${ownerOf({ profileId, titleId })}
    ), changed as (
      update title_progress set dismissed_at = clock_timestamp()
      where profile_id = ${profileId} and title_id = ${titleId} and exists (select from owner)
    )
    select p.position_seconds, p.duration_seconds, p.completed, r.rating, w.title_id is not null as in_watchlist,
           ${isNotForMe(sql`o.id`, sql`${titleId}`)} as not_for_me, ${TRANSACTION}
    from owner o
    left join title_progress p on p.profile_id = o.id and p.title_id = ${titleId}
    left join ratings r on r.profile_id = o.id and r.title_id = ${titleId}
    left join watchlist w on w.profile_id = o.id and w.title_id = ${titleId}`;
}

/** The profile, where it is there and the title was not merged into another. */
export function ownerOf({ profileId, titleId }: Pair): Sql {
  return sql`
    select id from profiles where id = ${profileId}
      and not exists (select from title_heads where title_id = ${titleId} and merged_into is not null)`;
}

/** The outbox event of a pair in `progress`, for those whose account has agreed to that; what was no watch has no state. */
function watchEvent(rating: Sql): Sql {
  return sql`
    select 'WATCH', p.profile_id, p.title_id, p.revision,
           case when ${WATCHED} then jsonb_build_object(
             'at', ${instantInJson(sql`p.last_watched_at`)},
             'completed', p.completed,
             'rating', ${rating},
             'leftEarly', ${LEFT_EARLY}) end
    from progress p`;
}
