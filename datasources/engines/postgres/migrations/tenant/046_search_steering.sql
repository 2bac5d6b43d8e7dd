-- What editors say of words that are searched for: they stand for each other, or ask for a genre.
create table search_synonyms (
  tenant_id integer not null,
  id text not null,
  -- What they are written in. They count for every text.
  language text not null,
  words text[] not null,
  genre text,
  -- The words as search takes them, in the same order.
  keys text[] not null,
  added_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, id)
);

-- What they say of a title where a text is searched for: its place before all others, or what its score is multiplied by.
create table search_rules (
  tenant_id integer not null,
  id text not null,
  query text not null,
  -- The text as search takes it.
  query_key text not null,
  title_id text not null,
  place smallint check (place > 0),
  factor double precision check (factor > 0),
  set_at timestamptz not null default clock_timestamp(),
  check ((place is null) <> (factor is null)),
  primary key (tenant_id, id),
  unique (tenant_id, query_key, title_id)
);
