-- What editors were told of how titles are watched, with noise: asked again it is told again as it was, so that no privacy
-- is spent twice. The rows are the account of what was spent as well, and name titles alone.
create table insight_releases (
  tenant_id integer not null,
  -- The Monday behind the last day, and how many days it is about.
  until date not null,
  days integer not null,
  -- Where it was watched; empty: anywhere.
  country text not null,
  -- What it has cost of the tenant's budget. Thousandths.
  epsilon integer not null check (epsilon > 0),
  -- Standard deviations of what was added, and the viewers below which a title was left out.
  viewers_noise double precision not null,
  seconds_noise double precision not null,
  least_viewers integer not null,
  -- `[{titleId, viewers, stayed, completions, watchedSeconds}]`, as it was told.
  titles jsonb not null,
  released_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, until, days, country)
);
comment on table insight_releases is 'append-only';
create index insight_releases_age on insight_releases (tenant_id, released_at);
