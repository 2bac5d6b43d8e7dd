-- What editors have recommended beside what suits: a title, for a while, somewhere.
create table campaigns (
  tenant_id integer not null,
  id text not null,
  title_id text not null,
  -- Null: at once, and without end.
  from_at timestamptz,
  until_at timestamptz,
  -- None: everywhere.
  countries text[] not null,
  strength smallint not null check (strength between 1 and 100),
  updated_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, id)
);
