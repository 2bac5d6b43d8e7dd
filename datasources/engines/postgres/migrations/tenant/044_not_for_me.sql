-- What a profile does not want to be shown, until it takes that back.
create table not_for_me (
  tenant_id integer not null,
  profile_id text not null,
  title_id text not null,
  since timestamptz not null,
  -- Orders what projections are told of the pair: microseconds since 1970, so that what was taken back and said again is
  -- later than both, and nothing has to be kept of what was taken back.
  revision bigint not null,
  primary key (tenant_id, profile_id, title_id)
);
create index not_for_me_recent on not_for_me (tenant_id, profile_id, since desc, title_id desc);

-- When it was taken off continue watching, where it comes back to once it is watched again.
alter table title_progress add column dismissed_at timestamptz;
