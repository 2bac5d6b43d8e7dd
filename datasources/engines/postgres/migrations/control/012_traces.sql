-- Where texts are mentioned outside of the tenants' own tables, in the queue of jobs too: how many rows of which table.
-- For proving that nothing is left of somebody; what the rows say is not told.
create function traces(patterns text[]) returns table (place text, entries bigint)
language plpgsql security definer
set search_path = marquee, pg_temp set marquee.projector = 'on' set marquee.tenant = '0' as $$
declare
  t record;
begin
  for t in
    select c.oid::regclass as name from pg_class c
    where c.relnamespace in ('marquee'::regnamespace, 'graphile_worker'::regnamespace) and c.relkind = 'r'
    order by 1
  loop
    execute format('select count(*) from %s held where held::text ~ any($1)', t.name) into entries using patterns;
    place := t.name::text;
    if entries > 0 then
      return next;
    end if;
  end loop;
end $$;

-- Takes a saga back that is about somebody who is forgotten, with its job.
create function forget_saga(saga_task text, saga text) returns void
language plpgsql security definer set search_path = marquee, pg_temp as $$
declare
  tenant integer := current_setting('marquee.tenant')::int;
begin
  delete from sagas where tenant_id = tenant and task = saga_task and id = saga;
  perform graphile_worker.remove_job(format('%s %s %s', saga_task, tenant, saga));
end $$;

revoke execute on function traces, forget_saga from public;
grant execute on function traces, forget_saga to marquee_app;
