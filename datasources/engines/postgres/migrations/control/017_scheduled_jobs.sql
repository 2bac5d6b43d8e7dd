-- What the gateways do by themselves at set times is shown to operators beside what they have started.
alter table operation_jobs drop constraint operation_jobs_kind_check;
alter table operation_jobs add constraint operation_jobs_kind_check
  check (kind in ('REBUILD', 'CHECK', 'REPAIR', 'MOVE', 'LEARN', 'CHARTS'));
alter table operation_jobs
  -- The time that it was set for; null for what somebody has started.
  add column due_at timestamptz,
  -- What came of it.
  add column outcome text;
