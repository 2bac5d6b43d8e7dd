-- After a bulk load the planner knows nothing of the new rows until autovacuum comes by, and plans for empty tables.
-- Runs as the owner, because only an owner may analyze.
create function refresh_statistics() returns void
language plpgsql security definer set search_path from current as $$
declare
  t regclass;
begin
  for t in
    select c.oid from pg_class c
    where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
  loop
    execute format('analyze %s', t);
  end loop;
end $$;
revoke execute on function refresh_statistics from public;
grant execute on function refresh_statistics to marquee_app;
