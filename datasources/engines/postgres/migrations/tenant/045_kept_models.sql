-- What was learned, so that it can be switched to again: the last few, with what they were found worth.
create table kept_models (
  tenant_id integer not null,
  number integer not null,
  model text not null,
  learned_at timestamptz not null,
  -- Facts from then on took no part; null: all there were did.
  learned_until timestamptz,
  edges integer not null,
  -- What edges name by their place, from 1 on.
  titles text[] not null,
  verdict text not null check (verdict in ('UNTRIED', 'NOT_WORSE', 'WORSE')),
  figures jsonb,
  -- When it was switched to last; null where it never was.
  live_since timestamptz,
  primary key (tenant_id, number)
);
create table kept_edges (
  tenant_id integer not null,
  number integer not null,
  from_place integer not null,
  to_place integer not null,
  weight real not null
);
create index kept_edges_number on kept_edges (tenant_id, number, from_place);

-- Which of them is read; none where it was learned before they were kept.
alter table taste_models add column number integer;
