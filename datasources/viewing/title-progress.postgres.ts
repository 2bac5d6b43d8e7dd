import { isMeasured } from "../accounts/consent-rules.postgres.js";
import { sql, type Query } from "../engines/postgres/store.postgres.js";
import { COUNTED_SECONDS, COUNTS } from "./counted-watches.postgres.js";
import { titleNames } from "./title-names.postgres.js";

/** A pair that had progress, and the last revision of it. */
export interface RemovedProgress {
  profileId: string;
  titleId: string;
  revision: number;
}

/**
 * Recomputes `title_progress` for the pairs in the temporary table `touched` from their events, each id counted once
 * (the instant recorded last holds). The latest event leaves the pair where it stood, at the beginning if that was the end; an
 * imported one stood at what was watched in it. Whoever has finished once has finished. What a pair had before says between which instants its earlier events lie, so that
 * few daily partitions are looked into; a pair that is new has no events but the staged ones. Staged ones that
 * progress stands for already (`stands`) are not counted again.
 * Rows are looked up one by one (`limit 1`, `offset 0` keep subqueries apart): a table that is being filled has no
 * statistics to choose a better way by, and joining the pairs with all events at once costs more with every batch.
 *
 * Of a profile whose events are not to be kept, what comes moves the player and counts for nothing. Progress that its
 * events do not tell of any more (`unmeasured`) stands for itself until an instant and with so much of what was watched
 * (`unmeasured_until`, `unmeasured_seconds`); the events that are there still are added to it. An older version of the
 * product says neither: then it stands until its end with what those events do not tell.
 *
 * Events of titles that were merged into another count for that one; `touched` names only titles that were not.
 *
 * @param corrected whether events were changed as well, not only added.
 * @returns the pairs that have no progress any more.
 */
export async function refreshProgress(query: Query, corrected: boolean): Promise<RemovedProgress[]> {
  await query(sql`analyze touched`);
  await query(
    sql`with pairs as materialized (
          select t.profile_id, t.title_id, ${isMeasured(sql`t.profile_id`)} as measured
          from (select distinct profile_id, title_id from touched) t
        ), staged as materialized (
          select s.profile_id, s.title_id, s.id, s.at, case when t.measured then s.seconds else 0 end as seconds,
                 case when t.measured then s.seconds end as counted, s.seconds as position,
                 s.completed, now() as recorded_at
          from staged_events s join pairs t on t.profile_id = s.profile_id and t.title_id = s.title_id
          where not s.stands
        ), known as materialized (
          select t.profile_id, t.title_id, p.*
          from pairs t cross join lateral (
            select first_watched_at as first_at, last_watched_at as last_at, position_seconds, completed, watched_seconds,
                   unmeasured, unmeasured_until, unmeasured_seconds
            from title_progress p where p.profile_id = t.profile_id and p.title_id = t.title_id limit 1
          ) p
        ), spans as materialized (
          select profile_id, title_id, first_at, last_at, ${titleNames(sql`k.title_id`)} as names
          from known k join pairs t using (profile_id, title_id) where t.measured or not k.unmeasured
        ), owned as materialized (
          select t.profile_id, t.title_id, e.id, e.at, e.seconds, case when ${COUNTS} then ${COUNTED_SECONDS} end as counted,
                 coalesce(e.position_seconds, e.seconds) as position, e.completed, e.recorded_at
          from spans t cross join lateral (
            select * from viewing_events e
            where e.profile_id = t.profile_id and e.title_id = any(t.names) and e.at between t.first_at and t.last_at
            offset 0
          ) e
        ), standing as materialized (
          select profile_id, title_id, first_at, position_seconds, completed,
                 coalesce(unmeasured_until, last_at) as until,
                 case when unmeasured_until is not null then unmeasured_seconds else greatest(0, watched_seconds - coalesce((
                   select sum(seconds) from (
                     select distinct on (o.id) o.seconds from owned o
                     where o.profile_id = k.profile_id and o.title_id = k.title_id and o.recorded_at < now()
                     order by o.id, o.recorded_at desc, o.at desc
                   ) told
                 ), 0)) end as seconds
          from known k where unmeasured
        ), events as (
          select * from staged
          union all
          select profile_id, title_id, '', first_at, seconds, null, 0, completed, now() from standing
          union all
          select profile_id, title_id, ' ', until, 0, null, position_seconds, false, now() from standing
          union all
          select * from owned
        ), counted as (
          select distinct on (profile_id, title_id, id) * from events
          order by profile_id, title_id, id, recorded_at desc, at desc
        ), facts as (
          select profile_id, title_id, least(sum(seconds), 2147483647)::int as watched,
                 case when count(counted) > 0 then least(sum(counted), 2147483647)::int end as counted, min(at) as first_at, max(at) as last_at,
                 bool_or(completed) as completed,
                 (array_agg(case when completed then 0 else position end
                            order by at desc, completed desc, position desc))[1] as last_position
          from counted group by profile_id, title_id
        ), durations as materialized (
          select t.id, (t.document ->> 'runtimeMinutes')::int * 60 as seconds
          from (select distinct title_id as id from pairs) k
          cross join lateral (select id, document from catalog_titles where id = k.id limit 1) t
        )
        insert into title_progress as p (tenant_id, profile_id, title_id, position_seconds, duration_seconds, completed,
                                         watched_seconds, counted_seconds, first_watched_at, last_watched_at, revision,
                                         unmeasured, unmeasured_until, unmeasured_seconds)
        select current_setting('marquee.tenant')::int, f.profile_id, f.title_id, least(f.last_position, d.seconds),
               d.seconds, f.completed, f.watched, f.counted, f.first_at, f.last_at, 1, not t.measured,
               case when not t.measured then f.last_at else s.until end, coalesce(s.seconds, 0)
        from facts f join pairs t on t.profile_id = f.profile_id and t.title_id = f.title_id
        left join standing s on s.profile_id = f.profile_id and s.title_id = f.title_id
        left join durations d on d.id = f.title_id
        on conflict (tenant_id, profile_id, title_id) do update set
          position_seconds = excluded.position_seconds, duration_seconds = excluded.duration_seconds,
          completed = excluded.completed, watched_seconds = excluded.watched_seconds, counted_seconds = excluded.counted_seconds,
          first_watched_at = excluded.first_watched_at, last_watched_at = excluded.last_watched_at,
          revision = p.revision + 1, unmeasured = p.unmeasured or excluded.unmeasured,
          unmeasured_until = greatest(p.unmeasured_until, excluded.unmeasured_until),
          unmeasured_seconds = excluded.unmeasured_seconds`,
  );
  if (!corrected) return [];
  // A pair whose every event moved elsewhere has no progress left.
  return query(
    sql`delete from title_progress p using touched t
        where p.profile_id = t.profile_id and p.title_id = t.title_id and not p.unmeasured
          and not exists (select from viewing_events e
                          where e.profile_id = p.profile_id and e.title_id = any(${titleNames(sql`p.title_id`)})
                            and e.at between p.first_watched_at and p.last_watched_at)
        returning p.profile_id as "profileId", p.title_id as "titleId", p.revision`,
  );
}
