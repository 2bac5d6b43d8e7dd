-- The facts: what everything else is computed from. Unqualified names land in the schema of the placement.
-- Every table carries tenant_id; the policies at the end of each migration show a connection one tenant's rows.

create table accounts (
  tenant_id integer not null,
  id text not null,
  email text not null,
  password_hash text not null,
  roles text[] not null default '{VIEWER}',
  country char(2) not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id)
);
create unique index accounts_email on accounts (tenant_id, lower(email));

create table profiles (
  tenant_id integer not null,
  id text not null,
  account_id text,
  name text not null,
  kind text not null default 'ADULT' check (kind in ('ADULT', 'KIDS')),
  maturity_limit smallint not null default 18 check (maturity_limit between 0 and 18),
  country char(2),
  position smallint not null default 0,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, account_id) references accounts on delete cascade
);
create index profiles_account on profiles (tenant_id, account_id, position, id) where account_id is not null;

create table consents (
  tenant_id integer not null,
  account_id text not null,
  personalisation boolean not null default true,
  measurement boolean not null default true,
  marketing boolean not null default false,
  updated_at timestamptz not null default now(),
  primary key (tenant_id, account_id),
  foreign key (tenant_id, account_id) references accounts on delete cascade
);

create table plans (
  tenant_id integer not null,
  id text not null,
  name text not null,
  max_streams smallint not null,
  max_height smallint not null,
  price_cents integer not null,
  currency char(3) not null,
  primary key (tenant_id, id)
);

create table subscriptions (
  tenant_id integer not null,
  id text not null,
  account_id text not null,
  plan_id text not null,
  state text not null check (state in ('PENDING', 'ACTIVE', 'PAST_DUE', 'CANCELLED')),
  started_at timestamptz not null default now(),
  current_period_end timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, account_id) references accounts on delete cascade,
  foreign key (tenant_id, plan_id) references plans
);
create index subscriptions_account on subscriptions (tenant_id, account_id, started_at desc);

create table payments (
  tenant_id integer not null,
  id text not null,
  subscription_id text not null,
  amount_cents integer not null,
  currency char(3) not null,
  state text not null check (state in ('RESERVED', 'CHARGED', 'REFUNDED', 'FAILED')),
  provider_reference text,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, subscription_id) references subscriptions on delete cascade
);

-- One row a signed-in device: the hash of its refresh token, never the token.
create table sessions (
  tenant_id integer not null,
  token_hash text not null,
  account_id text not null,
  profile_id text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  primary key (tenant_id, token_hash),
  foreign key (tenant_id, account_id) references accounts on delete cascade
);

-- Viewing events, append-only, a partition a day. History older than the product's daily partitions shares one.
create table viewing_events (
  tenant_id integer not null,
  id text not null,
  profile_id text not null,
  title_id text not null,
  at timestamptz not null,
  seconds integer not null check (seconds >= 0),
  completed boolean not null,
  country char(2) not null,
  device text not null,
  recorded_at timestamptz not null default now(),
  primary key (tenant_id, id, at)
) partition by range (at);
create table viewing_events_archive partition of viewing_events for values from (minvalue) to ('2026-01-01T00:00:00Z');
create index viewing_events_profile on viewing_events (tenant_id, profile_id, title_id);

-- Adds the daily partitions that the given instants need. Runs as the owner, because the application role owns nothing.
create function ensure_event_days(instants timestamptz[]) returns void
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
    if to_regclass(format('viewing_events_%s', to_char(day, 'YYYYMMDD'))) is null then
      perform pg_advisory_xact_lock(hashtext('marquee.event_days'));
      partition := 'viewing_events_' || to_char(day, 'YYYYMMDD');
      continue when to_regclass(partition) is not null;
      -- Made apart and then attached: a partition made in place would lock out every reader of the parent.
      execute format('create table %I (like viewing_events including defaults including constraints)', partition);
      execute format(
        'alter table viewing_events attach partition %I for values from (%L) to (%L)',
        partition,
        to_char(day, 'YYYY-MM-DD') || 'T00:00:00Z',
        to_char(day + 1, 'YYYY-MM-DD') || 'T00:00:00Z'
      );
    end if;
  end loop;
end $$;
revoke execute on function ensure_event_days from public;
grant execute on function ensure_event_days to marquee_app;

-- One row for a profile and a title: where it stands and how much it watched. Follows from the events.
create table title_progress (
  tenant_id integer not null,
  profile_id text not null,
  title_id text not null,
  position_seconds integer not null,
  duration_seconds integer,
  completed boolean not null,
  watched_seconds integer not null,
  first_watched_at timestamptz not null,
  last_watched_at timestamptz not null,
  primary key (tenant_id, profile_id, title_id)
);
create index title_progress_recent on title_progress (tenant_id, profile_id, last_watched_at desc, title_id desc) include (completed);

create table ratings (
  tenant_id integer not null,
  profile_id text not null,
  title_id text not null,
  rating smallint not null check (rating between 1 and 5),
  rated_at timestamptz not null,
  primary key (tenant_id, profile_id, title_id)
);
create index ratings_recent on ratings (tenant_id, profile_id, rated_at desc, title_id desc);

create table watchlist (
  tenant_id integer not null,
  profile_id text not null,
  title_id text not null,
  added_at timestamptz not null,
  primary key (tenant_id, profile_id, title_id)
);
create index watchlist_recent on watchlist (tenant_id, profile_id, added_at desc, title_id desc);

create table playback_sessions (
  tenant_id integer not null,
  id text not null,
  account_id text not null,
  profile_id text not null,
  title_id text not null,
  device text not null,
  started_at timestamptz not null default now(),
  heartbeat_at timestamptz not null default now(),
  expires_at timestamptz not null,
  stopped_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, account_id) references accounts on delete cascade
);
create index playback_sessions_live on playback_sessions (tenant_id, account_id, expires_at) where stopped_at is null;

-- Titles as versions, append-only. In force at T: the version with the latest effective_from at or before T.
create table title_versions (
  tenant_id integer not null,
  title_id text not null,
  version integer not null,
  effective_from timestamptz not null,
  recorded_at timestamptz not null default now(),
  body jsonb not null,
  primary key (tenant_id, title_id, version)
);
create index title_versions_in_force on title_versions (tenant_id, title_id, effective_from desc, version desc);
