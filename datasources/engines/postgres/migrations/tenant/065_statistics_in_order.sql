-- Two that analyze at once do so in one order, or each could wait for a table that the other has locked.
create or replace function refresh_statistics() returns void
language plpgsql security definer set search_path from current as $$
declare
  t regclass;
begin
  for t in
    select c.oid from pg_class c
    where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
    order by c.oid
  loop
    execute format('analyze %s', t);
  end loop;
end $$;
