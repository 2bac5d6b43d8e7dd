-- What came of the lists of arms, day by day, so that reports need not go through the lists: how many each profile was served
-- on a day, by UTC, and how many of the titles that it began to watch on that day count for them.
create table served_sums (
  tenant_id integer not null,
  -- The experiment's id, and behind a slash the arm's position.
  arm text not null,
  profile_id text not null,
  day date not null,
  lists integer not null,
  watched integer not null,
  completed integer not null,
  primary key (tenant_id, arm, profile_id, day)
);
create index served_sums_profile on served_sums (tenant_id, profile_id, day);
-- Until when days are summed up.
create table served_closings (
  tenant_id integer primary key,
  until timestamptz not null
);
