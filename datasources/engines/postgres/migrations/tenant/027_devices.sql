-- Sessions know the device that they are of, and profiles without an account have some, too.
alter table sessions
  alter column account_id drop not null,
  -- Sessions of one device follow from one sign-in: selecting another profile opens one more.
  add column device_id text not null default gen_random_uuid()::text,
  -- What it was signed in with, and the country that it was last used from, where somebody knows.
  add column device text,
  add column country text,
  add column last_seen_at timestamptz not null default now(),
  -- Without a refresh token it lasts as long as its one access token.
  add column prolongable boolean not null default true;
create index sessions_account on sessions (tenant_id, account_id);
create index sessions_profile on sessions (tenant_id, profile_id);
create index sessions_device on sessions (tenant_id, device_id);

-- Refresh tokens that were used: hashes, never tokens. For moments what the next one was made with stands here, so that
-- whoever asks again is answered the same; whoever asks later has taken it from somebody.
create table used_refresh_tokens (
  tenant_id integer not null,
  token_hash text not null,
  session_id text not null,
  used_at timestamptz not null default clock_timestamp(),
  salt text,
  primary key (tenant_id, token_hash),
  foreign key (tenant_id, session_id) references sessions (tenant_id, id) on delete cascade
);
create index used_refresh_tokens_session on used_refresh_tokens (tenant_id, session_id, used_at);

-- However a session ends, every gateway is told. Of one that has expired nobody has to be.
create function tell_ended_session() returns trigger language plpgsql as $$
begin
  if old.expires_at > now() then
    insert into marquee.ended_sessions (session_id, until)
    values (old.id, case when old.prolongable then now() + interval '25 hours'
                         else greatest(old.expires_at, now() + interval '30 days') end)
    on conflict do nothing;
    perform pg_notify('marquee_identity', '');
  end if;
  return null;
end $$;
create trigger session_ended after delete on sessions for each row execute function tell_ended_session();
