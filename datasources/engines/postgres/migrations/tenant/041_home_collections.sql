-- Rows of the home page that editors make: titles under a name, for a while, for some of those who look, at a place.
create table home_collections (
  tenant_id integer not null,
  id text not null,
  name text not null,
  -- In the order in which they are shown.
  title_ids text[] not null,
  -- Null: at once, and without end.
  from_at timestamptz,
  until_at timestamptz,
  audience text not null check (audience in ('EVERYBODY', 'KIDS', 'GROWN_UPS')),
  -- None: everywhere.
  countries text[] not null,
  position smallint not null check (position > 0),
  version integer not null default 1,
  updated_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, id)
);
-- Read for every home page, in this order.
create index home_collections_places on home_collections (tenant_id, position, id);
