-- Where the player stood when it told of an event. Null for an imported event, which tells of a whole sitting: it ended
-- where it had watched to.
alter table viewing_events add column position_seconds integer;

-- What was answered to an event that came with an id of its own, so that the event sent again is answered the same. The
-- events themselves cannot be asked by id alone: they are partitioned by an instant that is not always sent.
create table viewing_receipts (
  tenant_id integer not null,
  profile_id text not null,
  event_id text not null,
  -- The event as it was sent.
  request jsonb not null,
  -- The progress that was answered, and the transaction.
  answer jsonb not null,
  xid bigint not null,
  recorded_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, profile_id, event_id)
);

-- What the device can show and how many lines the plan allowed when the session began: its renditions follow from both.
alter table playback_sessions
  add column capabilities jsonb not null,
  add column max_height smallint not null;
