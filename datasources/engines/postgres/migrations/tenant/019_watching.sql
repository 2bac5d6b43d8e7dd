-- Watch time of what players tell (positions), of which charts count what was played in a session that was allowed to.
alter table viewing_events
  -- For how long the player had played without a break when it told of the event, whoever else played at that time.
  add column played_seconds integer,
  -- For how long a session that was allowed to play the title had been open; null where there was none, and of an import,
  -- which counts as a whole.
  add column allowed_seconds integer,
  -- What was told of an event that lay ahead of the clock: it counts as of the time it came.
  add column told_at timestamptz;
drop index viewing_events_profile;
create index viewing_events_watched on viewing_events (tenant_id, profile_id, title_id, at);
create index playback_sessions_played on playback_sessions (tenant_id, profile_id, title_id, started_at);

-- `completed` is from now on whether it was ever watched to the end; where the player stands is said beside it.
-- The watch time that counts for charts and tastes; null where nothing of it does.
alter table title_progress add column counted_seconds integer;

-- Continue watching looks at where the player stands.
drop index title_progress_recent;
create index title_progress_recent on title_progress (tenant_id, profile_id, last_watched_at desc, title_id desc)
  include (completed, position_seconds, duration_seconds);

do $$
declare
  tenant record;
begin
  for tenant in select id from marquee.tenants where schema_name = current_schema() loop
    perform set_config('marquee.tenant', tenant.id::text, true);
    -- Watch time that was computed by the earlier rule stays.
    update viewing_events e set played_seconds = e.seconds,
      allowed_seconds = (
        select extract(epoch from e.at - min(s.started_at))::int from playback_sessions s
        where s.tenant_id = e.tenant_id and s.profile_id = e.profile_id and s.title_id = e.title_id
          and e.at between s.started_at and least(s.stopped_at, s.expires_at))
    where e.tenant_id = tenant.id and e.position_seconds is not null;
    update title_progress p set counted_seconds = c.seconds
    from (
      select e.profile_id, coalesce(h.merged_into, e.title_id) as title_id,
             least(sum(least(e.seconds, coalesce(e.allowed_seconds, e.seconds))), 2147483647)::int as seconds
      from (
        select distinct on (id) * from viewing_events
        where tenant_id = tenant.id and (position_seconds is null or allowed_seconds is not null)
        order by id, recorded_at desc, at desc
      ) e
      left join title_heads h on h.tenant_id = e.tenant_id and h.title_id = e.title_id
      group by 1, 2
    ) c
    where p.tenant_id = tenant.id and p.profile_id = c.profile_id and p.title_id = c.title_id;
  end loop;
end $$;
