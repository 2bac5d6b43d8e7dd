-- Lists of weeks, by the Monday that they begin on in their country. They are made with the lists of days, of the weeks that
-- these lie in; `marquee learn` makes those of all weeks.
create table top10_weeks (
  tenant_id integer not null,
  country char(2) not null,
  day date not null check (extract(isodow from day) = 1),
  rank integer not null check (rank >= 1),
  title_id text not null,
  viewers integer not null,
  watched_seconds bigint not null,
  primary key (tenant_id, country, day, rank),
  unique (tenant_id, country, day, title_id)
);
