-- The search engine of the embedded default: an inverted index in B-trees. Every lookup below is an equality or a range
-- of text or integers, whose comparison functions are leakproof, so row-level security leaves the indexes usable. Texts
-- compare byte by byte ("C"): prefixes become ranges.

-- What the rules of viewing and the filters ask of a title. `doc` is the short number that postings carry.
create table search_titles (
  tenant_id integer not null,
  doc integer generated always as identity,
  id text collate "C" not null,
  version integer not null,
  kind text not null,
  state text not null,
  release_year smallint,
  maturity_age smallint not null,
  maturity_rating text not null,
  genre_ids text[] not null,
  genres text[] not null,
  tags text[] not null,
  studio_id text,
  person_ids text[] not null,
  popularity real not null,
  -- The commonest case, one licence for everywhere, as plain columns; any other licence in the three arrays side by side.
  world_from timestamptz,
  world_until timestamptz,
  licence_countries text[] not null,
  licence_from timestamptz[] not null,
  licence_until timestamptz[] not null,
  primary key (tenant_id, doc),
  unique (tenant_id, id)
) with (fillfactor = 90);

-- What highlights are cut from, and the title's words by number, so that an update can take its postings out.
create table search_texts (
  tenant_id integer not null,
  doc integer not null,
  name text not null,
  alternative_names text[] not null,
  people text[] not null,
  synopsis text,
  word_ids integer[] not null,
  primary key (tenant_id, doc),
  foreign key (tenant_id, doc) references search_titles on delete cascade
);

-- The vocabulary: words, neighbouring words written as one, and whole names without spaces (behind `=`).
create table search_words (
  tenant_id integer not null,
  word_id integer generated always as identity,
  word text collate "C" not null,
  -- Titles that have it.
  frequency integer not null default 0,
  -- Whether somebody would say it: not the joined forms.
  spoken boolean not null,
  -- Whether misspellings of it are looked for: search_keys has its keys.
  keyed boolean not null,
  primary key (tenant_id, word),
  unique (tenant_id, word_id)
) with (fillfactor = 80);

-- Parts of words that a misspelling leaves intact (see search-fuzzy.ts).
create table search_keys (
  tenant_id integer not null,
  key text collate "C" not null,
  word_id integer not null,
  primary key (tenant_id, key, word_id)
);

-- Postings. Both numbers are in ten thousandths.
create table search_terms (
  tenant_id integer not null,
  word_id integer not null,
  -- Found in a minor field only, such as the synopsis: left out for words that thousands of titles have.
  minor boolean not null,
  doc integer not null,
  -- How much the field weighs that has the word.
  weight smallint not null,
  -- How much of a name of the title the word is.
  share smallint not null,
  primary key (tenant_id, word_id, minor, doc) include (weight, share)
);

-- People and genres for completion: a row for each word of a name that a completion may start with.
create table search_names (
  tenant_id integer not null,
  start text collate "C" not null,
  kind text not null check (kind in ('PERSON', 'GENRE')),
  id text collate "C" not null,
  name text not null,
  primary key (tenant_id, start, kind, id)
);

create table search_credits (
  tenant_id integer not null,
  person_id text collate "C" not null,
  doc integer not null,
  primary key (tenant_id, person_id, doc)
);
