-- What profiles were recommended, of accounts that agree to personalisation: a row for each page of a list.
create table served_lists (
  tenant_id integer not null,
  id uuid not null,
  profile_id text not null,
  at timestamptz not null,
  context text not null,
  -- Of the list the place where the page begins, from 1.
  place integer not null check (place > 0),
  -- In the order in which they stood.
  title_ids text[] not null,
  -- What answered, with its number among those that are kept; none where everything is there because it is popular.
  model text,
  model_number integer,
  latency_ms real not null,
  -- Whether answers that were known already took part.
  kept boolean not null,
  primary key (tenant_id, id)
);
-- Whose they are, the latest of them, and what is over.
create index served_lists_profile on served_lists (tenant_id, profile_id, at);
create index served_lists_at on served_lists (tenant_id, at);
