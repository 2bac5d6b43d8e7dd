-- What the checks of a country's day have measured last. A day with one that has not passed has no list.
create table top10_checks (
  tenant_id integer not null,
  country char(2) not null,
  day date not null,
  check_name text not null,
  passed boolean not null,
  measured double precision not null,
  limit_value double precision not null,
  checked_at timestamptz not null default now(),
  primary key (tenant_id, country, day, check_name)
);
