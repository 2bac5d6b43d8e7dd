-- What profiles have searched for, of accounts that agree to measurement: a row for each text of a day.
create table search_log (
  tenant_id integer not null,
  profile_id text not null,
  day date not null,
  -- The text as search takes it.
  query text not null,
  language text,
  -- How many titles were found, or at least how many; null where nobody says.
  hits integer,
  opened_title_id text,
  at timestamptz not null,
  primary key (tenant_id, profile_id, day, query)
);
-- Reports, and what is over.
create index search_log_at on search_log (tenant_id, at);
