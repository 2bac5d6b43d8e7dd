-- The outbox of the deployment as its projectors read it: every placement has a table of its own that inherits from
-- this one, so that writers stay in their schema and a reader has one stream. Order of reading: (xid, id), below the oldest
-- transaction still running, because ids become visible out of order.
create sequence outbox_ids;
create table outbox (
  tenant_id integer not null,
  -- What one projector works through at a time; all events of one entity share a partition.
  partition smallint not null,
  xid bigint not null default (pg_current_xact_id()::text)::bigint,
  id bigint not null default nextval('marquee.outbox_ids'),
  topic text not null check (topic in ('TITLE', 'WATCH', 'PROFILE')),
  -- Local id of the title or profile, and of what else the event is about (the title of a watch).
  entity text not null,
  related text not null default '',
  -- Orders the states of what the event is about.
  revision bigint not null,
  -- The state itself, where it is not a row that never changes.
  state jsonb,
  recorded_at timestamptz not null default clock_timestamp(),
  primary key (partition, xid, id)
);

-- How far each target has followed. A projector that holds the lock of a partition moves it.
create table outbox_cursors (
  target text not null,
  partition smallint not null,
  xid bigint not null,
  id bigint not null,
  moved_at timestamptz not null default now(),
  -- When a projector last looked after it: a target that nobody serves any more must not keep the outbox from being emptied.
  seen_at timestamptz not null default now(),
  primary key (target, partition)
);

-- Events that a target refused: tried again later, apart from the stream, until they are dead letters.
create table outbox_parked (
  target text not null,
  tenant_id integer not null,
  topic text not null,
  entity text not null,
  related text not null default '',
  xid bigint not null,
  id bigint not null,
  revision bigint not null,
  state jsonb,
  attempts smallint not null,
  dead boolean not null default false,
  reason text not null,
  first_failed_at timestamptz not null default now(),
  next_attempt_at timestamptz not null,
  primary key (target, tenant_id, topic, entity, related)
);
create index outbox_parked_due on outbox_parked (target, next_attempt_at) where not dead;

-- Title versions that are not in force yet: at `due_at` the title gets an outbox row.
create table title_schedule (
  tenant_id integer not null,
  title_id text not null,
  version integer not null,
  due_at timestamptz not null,
  primary key (tenant_id, title_id, version)
);
create index title_schedule_due on title_schedule (due_at);

-- What the last comparison of a projection with its source found.
create table projection_checks (
  target text not null,
  tenant_id integer not null,
  checked_at timestamptz not null,
  entries bigint not null,
  missing bigint not null,
  stale bigint not null,
  dangling bigint not null,
  orphaned bigint not null,
  primary key (target, tenant_id)
);

-- A connection sees one tenant's rows; a projector, which says that it is one, those of all.
do $$
declare
  name text;
begin
  foreach name in array array['outbox', 'outbox_parked', 'title_schedule', 'projection_checks'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format(
      'create policy tenant on %I using (tenant_id = current_setting(''marquee.tenant'')::int) with check (tenant_id = current_setting(''marquee.tenant'')::int)',
      name
    );
    execute format('create policy projector on %I using (current_setting(''marquee.projector'', true) = ''on'')', name);
    execute format('grant select, insert, update, delete on %I to marquee_app', name);
  end loop;
end $$;
grant select, insert, update, delete on outbox_cursors to marquee_app;
grant usage on sequence outbox_ids to marquee_app;
