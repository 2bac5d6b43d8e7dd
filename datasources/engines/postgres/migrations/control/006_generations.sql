-- Which generation of a projection is read and which is being filled, for each engine and tenant: an engine holds what it
-- was told, and only here stands what of it counts.
create table projection_generations (
  target text not null,
  tenant_id integer not null,
  -- The one that is read; none until one has been filled.
  live integer,
  -- The form that it was filled in: a program that stores another fills one of its own.
  form text,
  -- The highest number given out: the one being filled, while somebody fills one.
  last integer not null default 0,
  -- Who is filling, and until when nobody else may, unless that is put off.
  builder text,
  lease_until timestamptz,
  primary key (target, tenant_id)
);

alter table projection_generations enable row level security;
alter table projection_generations force row level security;
create policy tenant on projection_generations
  using (tenant_id = current_setting('marquee.tenant')::int)
  with check (tenant_id = current_setting('marquee.tenant')::int);
create policy projector on projection_generations using (current_setting('marquee.projector', true) = 'on');
grant select, insert, update, delete on projection_generations to marquee_app;
