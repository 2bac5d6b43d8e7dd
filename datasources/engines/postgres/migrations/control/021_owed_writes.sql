-- Writes of what jobs compute that an engine does not have yet: PostgreSQL takes them first. Each is noted before that, and
-- forgotten when the engine has it, so that whoever dies in between leaves word that the engine's projection lacks one.
create table owed_writes (
  target text not null,
  tenant_id integer not null,
  id uuid not null,
  -- From when on it counts as missed; put off for as long as whoever writes gives signs of life.
  missed_at timestamptz not null,
  primary key (target, tenant_id, id),
  -- Where nothing has been filled, nothing is lacking.
  foreign key (target, tenant_id) references projection_generations on delete cascade
);

alter table owed_writes enable row level security;
alter table owed_writes force row level security;
create policy tenant on owed_writes
  using (tenant_id = current_setting('marquee.tenant')::int)
  with check (tenant_id = current_setting('marquee.tenant')::int);
create policy projector on owed_writes using (current_setting('marquee.projector', true) = 'on');
grant select, insert, update, delete on owed_writes to marquee_app;
