-- The catalog projection of the embedded default: one document a title, the version in force, with the columns that
-- filters and orders need drawn out of it.
create table catalog_titles (
  tenant_id integer not null,
  id text not null,
  version integer not null,
  kind text not null,
  state text not null,
  sort_name text collate "C" not null,
  release_year smallint not null,
  maturity_age smallint not null,
  studio_id text,
  genre_ids text[] not null,
  tags text[] not null,
  added_at timestamptz not null,
  popularity real not null default 0,
  document jsonb not null,
  primary key (tenant_id, id)
);
create index catalog_titles_name on catalog_titles (tenant_id, sort_name, id);
create index catalog_titles_year on catalog_titles (tenant_id, release_year, id);
create index catalog_titles_popularity on catalog_titles (tenant_id, popularity, id);
create index catalog_titles_added on catalog_titles (tenant_id, added_at, id);
create index catalog_titles_genres on catalog_titles using gin (tenant_id, genre_ids);
create index catalog_titles_tags on catalog_titles using gin (tenant_id, tags);
create index catalog_titles_studio on catalog_titles (tenant_id, studio_id) where studio_id is not null;

-- What hangs on a title has no foreign key: its writer replaces it together with the title, and a check of every row
-- would take most of the time of a bulk load.

-- One row a country ('*' for everywhere) of each licence.
create table catalog_licences (
  tenant_id integer not null,
  title_id text not null,
  country text not null,
  from_at timestamptz not null,
  until_at timestamptz
);
create index catalog_licences_title on catalog_licences (tenant_id, title_id, country) include (from_at, until_at);

create table catalog_credits (
  tenant_id integer not null,
  person_id text not null,
  title_id text not null,
  role text not null,
  release_year smallint not null,
  primary key (tenant_id, person_id, release_year, title_id, role)
);
create index catalog_credits_title on catalog_credits (tenant_id, title_id);

-- Names of people, genres and studios by the id that the documents carry.
create table catalog_names (
  tenant_id integer not null,
  type text not null check (type in ('Person', 'Genre', 'Studio')),
  id text not null,
  name text not null,
  primary key (tenant_id, type, id)
);
