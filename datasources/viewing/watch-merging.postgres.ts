import { isPersonal } from "../accounts/consent-rules.postgres.js";
import { type OutboxEvent } from "../projection/outbox/outbox-event.js";
import { sql, type Query } from "../engines/postgres/store.postgres.js";
import { moveNotForMe } from "./not-for-me.postgres.js";
import { LEFT_EARLY, WATCHED } from "./watched.postgres.js";

interface MovedRow {
  profile_id: string;
  /** Of the progress that is gone. */
  revision: number;
}

interface WatchRow {
  profile_id: string;
  revision: number;
  at: string;
  completed: boolean;
  rating: number | null;
  watched: boolean;
  leftEarly: boolean;
  /** Whether projections may hear of it. */
  personal: boolean;
}

/**
 * Moves what profiles have done with a title to another one, where both have something joined: watch times are added
 * up, the position is that of the latest watch, having finished one is having finished, the latest rating holds, the earliest place on the watchlist stays.
 * Viewing events stay as they were; their readers count them for the title that theirs was merged into.
 *
 * @returns the events for projections that follow watches.
 */
export async function moveWatches(query: Query, from: string, to: string): Promise<OutboxEvent[]> {
  await moveWatchlist(query, from, to);
  await query(
    sql`update playback_sessions set title_id = ${to} where title_id = ${from} and stopped_at is null`,
  );
  const rated = await moveRatings(query, from, to);
  const watched = await moveProgress(query, from, to);
  const profiles = [...rated, ...watched].map(({ profile_id }) => profile_id);
  const now = await query<WatchRow>(
    sql`update title_progress p set revision = p.revision + 1
        where p.title_id = ${to} and p.profile_id = any(${profiles}::text[])
        returning p.profile_id, p.revision, p.last_watched_at as at, p.completed,
          (select r.rating from ratings r where r.profile_id = p.profile_id and r.title_id = ${to}) as rating,
          ${WATCHED} as watched, ${LEFT_EARLY} as "leftEarly", ${isPersonal(sql`p.profile_id`)} as personal`,
  );
  return [
    ...watched.map(({ profile_id, revision }) => watchEvent(profile_id, from, revision + 1, null)),
    ...now
      .filter(({ personal }) => personal)
      .map(({ profile_id, revision, at, completed, rating, watched, leftEarly }) =>
        watchEvent(profile_id, to, revision, watched ? { at, completed, rating, leftEarly } : null),
      ),
    ...(await moveNotForMe(query, from, to)),
  ];
}

function watchEvent(
  profile: string,
  title: string,
  revision: number,
  state: OutboxEvent["state"],
): OutboxEvent {
  return { topic: "WATCH", entity: profile, related: title, revision, state };
}

async function moveWatchlist(query: Query, from: string, to: string): Promise<void> {
  await query(
    sql`with moved as (delete from watchlist where title_id = ${from} returning *)
        insert into watchlist as w (tenant_id, profile_id, title_id, added_at)
        select tenant_id, profile_id, ${to}, added_at from moved
        on conflict (tenant_id, profile_id, title_id) do update set added_at = least(w.added_at, excluded.added_at)`,
  );
}

async function moveRatings(query: Query, from: string, to: string): Promise<Pick<MovedRow, "profile_id">[]> {
  return query(
    sql`with moved as (delete from ratings where title_id = ${from} returning *)
        insert into ratings as r (tenant_id, profile_id, title_id, rating, rated_at)
        select tenant_id, profile_id, ${to}, rating, rated_at from moved
        on conflict (tenant_id, profile_id, title_id) do update
          set rating = excluded.rating, rated_at = excluded.rated_at
          where r.rated_at < excluded.rated_at
        returning profile_id`,
  );
}

async function moveProgress(query: Query, from: string, to: string): Promise<MovedRow[]> {
  // Of the two rows of a pair the one watched last says where it stands.
  return query(
    sql`with moved as (
          delete from title_progress where title_id = ${from} returning *
        ), joined as (
          insert into title_progress as p (tenant_id, profile_id, title_id, position_seconds, duration_seconds,
            completed, watched_seconds, counted_seconds, first_watched_at, last_watched_at, revision, unmeasured,
            unmeasured_until, unmeasured_seconds, dismissed_at)
          select tenant_id, profile_id, ${to}, position_seconds, duration_seconds, completed, watched_seconds,
                 counted_seconds, first_watched_at, last_watched_at, revision, unmeasured, unmeasured_until,
                 unmeasured_seconds, dismissed_at
          from moved
          on conflict (tenant_id, profile_id, title_id) do update set
            position_seconds = case when excluded.last_watched_at > p.last_watched_at
                                    then excluded.position_seconds else p.position_seconds end,
            duration_seconds = coalesce(p.duration_seconds, excluded.duration_seconds),
            completed = p.completed or excluded.completed,
            watched_seconds = least(p.watched_seconds::bigint + excluded.watched_seconds, 2147483647)::int,
            counted_seconds = case when p.counted_seconds is not null or excluded.counted_seconds is not null then
          least(coalesce(p.counted_seconds, 0)::bigint + coalesce(excluded.counted_seconds, 0), 2147483647)::int end,
            first_watched_at = least(p.first_watched_at, excluded.first_watched_at),
            last_watched_at = greatest(p.last_watched_at, excluded.last_watched_at),
            revision = greatest(p.revision, excluded.revision),
            unmeasured = p.unmeasured or excluded.unmeasured,
            unmeasured_until = greatest(p.unmeasured_until, excluded.unmeasured_until),
            unmeasured_seconds = least(p.unmeasured_seconds::bigint + excluded.unmeasured_seconds, 2147483647)::int,
            dismissed_at = greatest(p.dismissed_at, excluded.dismissed_at)
        )
        select profile_id, revision from moved`,
  );
}
