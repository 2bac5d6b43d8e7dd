import { raw, sql, type Query, type Sql } from "../engines/postgres/store.postgres.js";

/** A pair that had progress, and the last revision of it. */
export interface RemovedProgress {
  profileId: string;
  titleId: string;
  revision: number;
}

/**
 * Recomputes `title_progress` for the pairs in the temporary table `touched` from their events, each id counted once
 * (the instant recorded last holds). An event that says where the player stood leaves the pair there, an imported one at
 * what was watched in it. What a pair had before says between which instants its earlier events lie, so that
 * few daily partitions are looked into; a pair that is new has no events but the staged ones.
 * Rows are looked up one by one (`limit 1`, `offset 0` keep subqueries apart): a table that is being filled has no
 * statistics to choose a better way by, and joining the pairs with all events at once costs more with every batch.
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
          select distinct profile_id, title_id from touched
        ), staged as materialized (
          select s.profile_id, s.title_id, s.id, s.at, s.seconds, s.seconds as position, s.completed, now() as recorded_at
          from staged_events s
        ), spans as materialized (
          select t.profile_id, t.title_id, p.first_watched_at as first_at, p.last_watched_at as last_at,
                 ${namesOf("t")} as names
          from pairs t cross join lateral (
            select first_watched_at, last_watched_at from title_progress p
            where p.profile_id = t.profile_id and p.title_id = t.title_id limit 1
          ) p
        ), events as (
          select s.* from staged s join pairs t on t.profile_id = s.profile_id and t.title_id = s.title_id
          union all
          select t.profile_id, t.title_id, e.id, e.at, e.seconds, coalesce(e.position_seconds, e.seconds), e.completed,
                 e.recorded_at
          from spans t cross join lateral (
            select * from viewing_events e
            where e.profile_id = t.profile_id and e.title_id = any(t.names) and e.at between t.first_at and t.last_at
            offset 0
          ) e
        ), counted as (
          select distinct on (profile_id, title_id, id) * from events
          order by profile_id, title_id, id, recorded_at desc, at desc
        ), facts as (
          select profile_id, title_id, least(sum(seconds), 2147483647)::int as watched, min(at) as first_at, max(at) as last_at,
                 (array_agg(completed order by at desc, recorded_at desc, id desc))[1] as completed,
                 (array_agg(position order by at desc, recorded_at desc, id desc))[1] as last_position
          from counted group by profile_id, title_id
        ), durations as materialized (
          select t.id, (t.document ->> 'runtimeMinutes')::int * 60 as seconds
          from (select distinct title_id as id from pairs) k
          cross join lateral (select id, document from catalog_titles where id = k.id limit 1) t
        )
        insert into title_progress as p (tenant_id, profile_id, title_id, position_seconds, duration_seconds, completed,
                                         watched_seconds, first_watched_at, last_watched_at, revision)
        select current_setting('marquee.tenant')::int, f.profile_id, f.title_id,
               case when f.completed then 0 else least(f.last_position, d.seconds) end, d.seconds, f.completed, f.watched,
               f.first_at, f.last_at, 1
        from facts f left join durations d on d.id = f.title_id
        on conflict (tenant_id, profile_id, title_id) do update set
          position_seconds = excluded.position_seconds, duration_seconds = excluded.duration_seconds,
          completed = excluded.completed, watched_seconds = excluded.watched_seconds,
          first_watched_at = excluded.first_watched_at, last_watched_at = excluded.last_watched_at,
          revision = p.revision + 1`,
  );
  if (!corrected) return [];
  // A pair whose every event moved elsewhere has no progress left.
  return query(
    sql`delete from title_progress p using touched t
        where p.profile_id = t.profile_id and p.title_id = t.title_id
          and not exists (select from viewing_events e
                          where e.profile_id = p.profile_id and e.title_id = any(${namesOf("p")})
                            and e.at between p.first_watched_at and p.last_watched_at)
        returning p.profile_id as "profileId", p.title_id as "titleId", p.revision`,
  );
}

/** The ids under which events of a row's title may stand: its own, and those that were merged into it. */
function namesOf(alias: "t" | "p"): Sql {
  const title = raw(`${alias}.title_id`);
  return sql`array(select h.title_id from title_heads h where h.merged_into = ${title}) || ${title}`;
}
