import { isMeasured, isPersonal } from "../accounts/consent-rules.postgres.js";
import { insertEvents, TRANSACTION } from "../projection/outbox/outbox-append.postgres.js";
import { empty, sql, type Sql } from "../engines/postgres/store.postgres.js";
import { instantInJson } from "../engines/postgres/value-types.postgres.js";
import { type TitleStateOfProfile } from "./viewing.js";
import { type Pair } from "./viewing-writing.js";
import { type Placing } from "../../packages/watch-time/index.js";
import { withinTitle } from "./watch-rules.js";
import { allowedSeconds, changeReports } from "./watch-window.postgres.js";
import { isNotForMe } from "./not-for-me.postgres.js";
import { LEFT_EARLY, WATCHED } from "./watched.postgres.js";

/** A viewing event as it is stored. */
export interface StoredEvent extends Pair {
  id: string;
  /** The client's own id of it. */
  eventId: string | null;
  /** What the client sent, in JSON: two requests with one event id are compared by it. */
  request: string;
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
  /** Of the latest of the pair's events; null for a pair without. */
  last_at: string | null;
  /** For how long playing had been allowed at the event's instant; null where it was not. Seconds. */
  allowed: number | null;
  rating: number | null;
  in_watchlist: boolean;
  not_for_me: boolean;
  /** Whether events of the profile may be kept. */
  measured: boolean;
  /** Of the event's own receipt, where it was stored before. */
  same: boolean | null;
  answer: TitleStateOfProfile["progress"];
  xid: number | null;
  /** The title that the pair's was merged into. */
  merged_into: string | null;
}

/** Where a pair stands, and whether the event is known. No row where the profile is gone. */
export function standingOf(event: StoredEvent): Sql {
  const { profileId, titleId, eventId, request } = event;
  return sql`
    select p.last_watched_at as last_at, ${allowedSeconds(event, event.at)} as allowed,
           r.rating, w.title_id is not null as in_watchlist, ${isNotForMe(sql`o.id`, sql`${titleId}`)} as not_for_me,
           ${isMeasured(sql`o.id`)} as measured,
           ${ofKeptTitle(sql`e.request`)} = ${ofKeptTitle(sql`${request}::jsonb`)} as same, e.answer, e.xid,
           (select merged_into from title_heads where title_id = ${titleId}) as merged_into
    from profiles o
    left join title_progress p on p.profile_id = o.id and p.title_id = ${titleId}
    left join ratings r on r.profile_id = o.id and r.title_id = ${titleId}
    left join watchlist w on w.profile_id = o.id and w.title_id = ${titleId}
    left join viewing_receipts e on e.profile_id = o.id and e.event_id = ${eventId}::text
    where o.id = ${profileId}`;
}

/** An event as it was sent, about the title that its own leads to now: a merge makes it no other event. */
function ofKeptTitle(request: Sql): Sql {
  return sql`${request} || coalesce((select jsonb_build_object('title', merged_into) from title_heads
                                     where title_id = ${request} ->> 'title' and merged_into is not null), '{}')`;
}

/**
 * Stores an event in its place, with its pair's progress, its receipt and the event that projections follow, and answers
 * the state behind it.
 *
 * @param place null where the event itself is not to be kept: it moves the player and counts for nothing.
 * @param latest whether no event of the pair is behind it, so that it says where the player stands.
 */
export function progressWrite(
  event: StoredEvent,
  place: Placing | null,
  allowed: number | null,
  latest: boolean,
): Sql {
  const { profileId, titleId, durationSeconds, completed } = event;
  const at = sql`${new Date(event.at)}::timestamptz`;
  return sql`
    with ${place ? kept(event, place, allowed) : empty}
    progress as (
      insert into title_progress as p (tenant_id, profile_id, title_id, position_seconds, duration_seconds, completed,
                                       watched_seconds, counted_seconds, first_watched_at, last_watched_at, revision,
                                       unmeasured)
      values (current_setting('marquee.tenant')::int, ${profileId}, ${titleId}, ${completed ? 0 : withinTitle(event.position, durationSeconds)},
              ${durationSeconds}, ${completed}, ${place?.watched ?? 0}, ${place?.counted ?? null}, ${at}, ${at}, 1,
              ${place === null})
      on conflict (tenant_id, profile_id, title_id) do update set
        position_seconds = case when ${latest} then excluded.position_seconds else p.position_seconds end,
        completed = p.completed or excluded.completed,
        duration_seconds = coalesce(excluded.duration_seconds, p.duration_seconds),
        watched_seconds = least(p.watched_seconds::bigint + excluded.watched_seconds, 2147483647)::int,
        counted_seconds = case when p.counted_seconds is not null or excluded.counted_seconds is not null then
          least(coalesce(p.counted_seconds, 0)::bigint + coalesce(excluded.counted_seconds, 0), 2147483647)::int end,
        first_watched_at = least(p.first_watched_at, excluded.first_watched_at),
        last_watched_at = greatest(p.last_watched_at, excluded.last_watched_at),
        revision = p.revision + 1,
        unmeasured = p.unmeasured or excluded.unmeasured
      returning *
    ), receipt as (
      insert into viewing_receipts (tenant_id, profile_id, event_id, request, answer, xid)
      select p.tenant_id, p.profile_id, ${event.eventId}::text, ${event.request}::jsonb,
             jsonb_build_object('positionSeconds', p.position_seconds, 'durationSeconds', p.duration_seconds,
                                'completed', p.completed),
             (pg_current_xact_id()::text)::bigint
      from progress p where ${event.eventId}::text is not null
    ), told as (
      ${insertEvents(watchEvent(sql`(select rating from ratings r where r.profile_id = p.profile_id and r.title_id = p.title_id)`))}
    )
    select p.position_seconds, p.duration_seconds, p.completed, ${OPINIONS}, ${TRANSACTION}
    from progress p`;
}

/** Stores an event, and what it changes of those around it: parts of a statement, each with a comma behind it. */
function kept(event: StoredEvent, place: Placing, allowed: number | null): Sql {
  const toldAt = event.toldAt === null ? null : new Date(event.toldAt);
  return sql`event as (
      insert into viewing_events
        (tenant_id, id, profile_id, title_id, at, told_at, seconds, played_seconds, allowed_seconds, position_seconds,
         completed, country, device, recorded_at)
      values (current_setting('marquee.tenant')::int, ${event.id}, ${event.profileId}, ${event.titleId},
              ${new Date(event.at)}::timestamptz, ${toldAt}::timestamptz, ${place.seconds}, ${place.played}, ${allowed},
              ${event.position}, ${event.completed}, ${event.country}, ${event.device}, clock_timestamp())
    ), ${place.changed.length > 0 ? sql`changed as (${changeReports(place.changed)}),` : empty}`;
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
      ${insertEvents(watchEvent(sql`${rating}::smallint`))}
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

/** What the profile of progress `p` says of its title. */
const OPINIONS = sql`
  (select rating from ratings r where r.profile_id = p.profile_id and r.title_id = p.title_id) as rating,
  exists (select from watchlist w where w.profile_id = p.profile_id and w.title_id = p.title_id) as in_watchlist,
  ${isNotForMe(sql`p.profile_id`, sql`p.title_id`)} as not_for_me`;

/** The outbox event of a pair in `progress`, where its account has agreed to that; what was no watch has no state. */
function watchEvent(rating: Sql): Sql {
  return sql`
    select 'WATCH', p.profile_id, p.title_id, p.revision,
           case when ${WATCHED} then jsonb_build_object(
             'at', ${instantInJson(sql`p.last_watched_at`)},
             'completed', p.completed,
             'rating', ${rating},
             'leftEarly', ${LEFT_EARLY}) end
    from progress p where ${isPersonal(sql`p.profile_id`)}`;
}
