-- What is tried on a part of the profiles. Of ten thousand places, of which each profile has one by a hash, an experiment's
-- are those from its first on; experiments of one exclusion group share the places out.
create table experiments (
  tenant_id integer not null,
  id text not null,
  name text not null,
  exclusion_group text,
  metric text not null check (metric in ('WATCHED', 'COMPLETED')),
  -- Lists that an arm and the control have to have before the arm may be ended for being worse.
  least_lists integer not null check (least_lists > 0),
  first_place integer not null,
  started_at timestamptz not null default clock_timestamp(),
  ended_at timestamptz,
  primary key (tenant_id, id),
  unique (tenant_id, name)
);
create table experiment_arms (
  tenant_id integer not null,
  experiment_id text not null,
  -- The first is the control.
  position smallint not null,
  arm text not null,
  percent smallint not null check (percent between 1 and 100),
  -- A model that is kept; none: the one that is live.
  model_number integer,
  -- Per cent; none: as the deployment has it.
  diversity smallint check (diversity between 0 and 100),
  -- When it was ended by itself, for being worse than the control.
  ended_at timestamptz,
  primary key (tenant_id, experiment_id, position),
  unique (tenant_id, experiment_id, arm),
  foreign key (tenant_id, experiment_id) references experiments
);

-- By which arms a list was made: the experiment's id, and behind a slash the arm's position.
alter table served_lists add column arms text[] not null default '{}';
