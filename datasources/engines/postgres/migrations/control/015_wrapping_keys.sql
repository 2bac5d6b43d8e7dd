-- The keys that keys of people were wrapped by, so that a gateway which has others is turned away before it does anything.
create table wrapping_keys (
  key_id text primary key,
  since timestamptz not null default now()
);
