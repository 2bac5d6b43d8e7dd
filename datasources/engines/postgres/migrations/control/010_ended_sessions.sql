-- Sessions that have ended before their access tokens did, for every gateway to know without asking for each request.
create table ended_sessions (
  session_id text primary key,
  ended_at timestamptz not null default clock_timestamp(),
  -- When the last access token of it has expired.
  until timestamptz not null
);
create index ended_sessions_recent on ended_sessions (ended_at);
grant select, insert, delete on ended_sessions to marquee_app;
