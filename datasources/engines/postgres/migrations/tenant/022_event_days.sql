-- Two gateways that meet a new day at once make one partition. Whoever waited for the lock has to look into the
-- catalog: to_regclass() answers from the cache of its own session, and waiting for an advisory lock does not refresh it.
create or replace function ensure_event_days(instants timestamptz[]) returns void
language plpgsql security definer set search_path from current as $$
declare
  day date;
  partition text;
begin
  for day in
    select distinct (instant at time zone 'UTC')::date from unnest(instants) as instant
    where instant >= '2026-01-01T00:00:00Z'
    order by 1
  loop
    partition := 'viewing_events_' || to_char(day, 'YYYYMMDD');
    continue when to_regclass(partition) is not null;
    perform pg_advisory_xact_lock(hashtext('marquee.event_days'));
    perform from pg_class where relname = partition and relnamespace = current_schema()::regnamespace;
    continue when found;
    -- Made apart and then attached: a partition made in place would lock out every reader of the parent.
    execute format('create table %I (like viewing_events including defaults including constraints)', partition);
    execute format(
      'alter table viewing_events attach partition %I for values from (%L) to (%L)',
      partition,
      to_char(day, 'YYYY-MM-DD') || 'T00:00:00Z',
      to_char(day + 1, 'YYYY-MM-DD') || 'T00:00:00Z'
    );
  end loop;
end $$;
