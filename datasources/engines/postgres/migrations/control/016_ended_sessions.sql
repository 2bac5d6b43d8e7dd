-- Sessions that have ended are a tenant's, and go with it to another database. Whose those of before were is not known:
-- they stand here until their tokens have expired.
alter table ended_sessions add column tenant_id integer not null default 0;
alter table ended_sessions
  alter column tenant_id drop default,
  drop constraint ended_sessions_pkey,
  add primary key (tenant_id, session_id);
alter table ended_sessions enable row level security;
alter table ended_sessions force row level security;
create policy tenant on ended_sessions
  using (tenant_id = current_setting('marquee.tenant')::int)
  with check (tenant_id = current_setting('marquee.tenant')::int);
create policy projector on ended_sessions using (current_setting('marquee.projector', true) = 'on');
create trigger capture after insert or update or delete on ended_sessions for each row
  when (current_setting('marquee.capturing', true) = 'on') execute function capture_row('ended_sessions', 'session_id');

-- Gateways read what has come since they last did: what comes with a tenant is new to those that read here.
create function arrive_ended_session() returns trigger language plpgsql as $$
begin
  new.ended_at := clock_timestamp();
  return new;
end $$;
create trigger arrived before insert on ended_sessions for each row execute function arrive_ended_session();
alter table ended_sessions enable always trigger arrived;
