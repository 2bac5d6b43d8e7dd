-- Progress that stands for itself (`unmeasured`), because its events were not kept or are nobody's any more: until when, and with
-- how much of what was watched. What is imported again of before is known by that; what came since is known by its events.
alter table title_progress
  add column unmeasured_until timestamptz,
  add column unmeasured_seconds integer not null default 0;
