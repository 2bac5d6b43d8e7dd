create table top10_entries (
  tenant_id integer not null,
  country char(2) not null,
  day date not null,
  rank smallint not null check (rank between 1 and 10),
  title_id text not null,
  previous_rank smallint,
  days_on_list smallint not null,
  viewers integer not null,
  watched_seconds bigint not null,
  primary key (tenant_id, country, day, rank),
  unique (tenant_id, country, day, title_id)
);

-- Titles that gain on their own past, by country, best first.
create table trending_titles (
  tenant_id integer not null,
  country char(2) not null,
  rank smallint not null,
  title_id text not null,
  score real not null,
  primary key (tenant_id, country, rank)
);
