-- What lists were before they were ranked anew, each as the ids of its titles, best first; none where there is no list any
-- more.
create table top10_changes (
  tenant_id integer not null,
  country char(2) not null,
  day date not null,
  changed_at timestamptz not null,
  earlier text[] not null,
  later text[] not null,
  primary key (tenant_id, country, day, changed_at)
);
