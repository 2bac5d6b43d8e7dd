-- The first titles found for a text, in the order in which they were shown: what was opened is weighed by where it stood.
-- Where two orders were mixed, a letter for each title says which of them put it there: L what was learned, P the plain
-- one, - both.
alter table search_log
  add column shown text[] not null default '{}',
  add column teams text not null default '';

-- What a title's score is multiplied by where a text is searched for, as learned from what was opened.
create table search_lifts (
  tenant_id integer not null,
  -- The text as search takes it.
  query text not null,
  title_id text not null,
  factor double precision not null check (factor >= 1),
  primary key (tenant_id, query, title_id)
);

-- Whether that counts; no row: it does not, and nothing is learned.
create table search_learning (
  tenant_id integer not null,
  mode text not null check (mode in ('OFF', 'TRIAL', 'ON')),
  learned_at timestamptz,
  primary key (tenant_id)
);
