-- Work that must come to its end whatever happens to the process that does it. A row says that a saga is not finished and
-- when somebody should look after it if nothing has moved by then; what the saga is stands in its tenant's own tables.
-- The job that carries it on belongs to graphile-worker, which would leave the job of a dead process alone for hours.
create table sagas (
  tenant_id integer not null,
  task text not null,
  id text not null,
  due_at timestamptz not null,
  primary key (tenant_id, task, id)
);
create index sagas_due on sagas (due_at);
-- Reached through the functions below only. They too see one tenant's rows, but for the one that looks after all.
alter table sagas enable row level security;
alter table sagas force row level security;
create policy tenant on sagas
  using (tenant_id = current_setting('marquee.tenant')::int) with check (tenant_id = current_setting('marquee.tenant')::int);
create policy projector on sagas using (current_setting('marquee.projector', true) = 'on');

-- Has a saga of the connection's tenant run after `delay`, or sooner than it was to run. Part of the caller's transaction.
create function schedule_saga(saga_task text, saga text, delay interval) returns void
language plpgsql security definer set search_path = marquee, pg_temp as $$
declare
  tenant integer := current_setting('marquee.tenant')::int;
begin
  insert into sagas (tenant_id, task, id, due_at)
  values (tenant, saga_task, saga, clock_timestamp() + delay + interval '2 seconds')
  on conflict (tenant_id, task, id) do update set due_at = excluded.due_at;
  perform graphile_worker.add_job(
    saga_task,
    json_build_object('tenant', tenant, 'id', saga),
    run_at := clock_timestamp() + delay,
    job_key := format('%s %s %s', saga_task, tenant, saga)
  );
end $$;

-- Nobody else looks after the saga for so long: whoever runs it has said that it is at work.
create function hold_saga(saga_task text, saga text, hold interval) returns void
language sql security definer set search_path = marquee, pg_temp as $$
  update sagas set due_at = clock_timestamp() + hold
  where tenant_id = current_setting('marquee.tenant')::int and task = saga_task and id = saga
$$;

create function end_saga(saga_task text, saga text) returns void
language sql security definer set search_path = marquee, pg_temp as $$
  delete from sagas where tenant_id = current_setting('marquee.tenant')::int and task = saga_task and id = saga
$$;

-- Gives every saga that is overdue a new job in place of the one that its process took along, and answers how many.
create function resume_sagas() returns integer
language plpgsql security definer
set search_path = marquee, pg_temp set marquee.projector = 'on' set marquee.tenant = '0' as $$
declare
  saga record;
  resumed integer := 0;
begin
  for saga in
    select tenant_id, task, id from sagas where due_at <= clock_timestamp()
    order by due_at limit 200 for update skip locked
  loop
    perform graphile_worker.add_job(
      saga.task,
      json_build_object('tenant', saga.tenant_id, 'id', saga.id),
      job_key := format('%s %s %s', saga.task, saga.tenant_id, saga.id),
      job_key_mode := 'preserve_run_at'
    );
    update sagas set due_at = clock_timestamp() + interval '5 seconds'
    where tenant_id = saga.tenant_id and task = saga.task and id = saga.id;
    resumed := resumed + 1;
  end loop;
  return resumed;
end $$;

revoke execute on function schedule_saga, hold_saga, end_saga, resume_sagas from public;
grant execute on function schedule_saga, hold_saga, end_saga to marquee_app;
grant usage on schema marquee to marquee_worker;
grant execute on function resume_sagas to marquee_worker;
