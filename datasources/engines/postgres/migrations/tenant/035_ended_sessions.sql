-- However a session ends, every gateway is told, and whose it was. Of one that has expired nobody has to be.
create or replace function tell_ended_session() returns trigger language plpgsql as $$
begin
  if old.expires_at > now() then
    insert into marquee.ended_sessions (tenant_id, session_id, until)
    values (old.tenant_id, old.id, case when old.prolongable then now() + interval '25 hours'
                                        else greatest(old.expires_at, now() + interval '30 days') end)
    on conflict do nothing;
    perform pg_notify('marquee_identity', '');
  end if;
  return null;
end $$;
