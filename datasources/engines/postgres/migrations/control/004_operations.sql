-- Work that operators have started and that goes on behind the answer: rebuilding and checking projections.
create table operation_jobs (
  tenant_id integer not null,
  id text not null,
  kind text not null check (kind in ('REBUILD', 'CHECK', 'REPAIR')),
  target text not null,
  state text not null check (state in ('RUNNING', 'DONE', 'FAILED')),
  -- Share that is done, in [0, 1].
  progress real not null default 0,
  started_at timestamptz not null default now(),
  -- The last sign of life: a job without one for a minute died with its process.
  seen_at timestamptz not null default now(),
  finished_at timestamptz,
  reason text,
  primary key (tenant_id, id)
);
create index operation_jobs_recent on operation_jobs (tenant_id, started_at desc, id desc);

alter table operation_jobs enable row level security;
alter table operation_jobs force row level security;
create policy tenant on operation_jobs
  using (tenant_id = current_setting('marquee.tenant')::int)
  with check (tenant_id = current_setting('marquee.tenant')::int);
grant select, insert, update, delete on operation_jobs to marquee_app;
