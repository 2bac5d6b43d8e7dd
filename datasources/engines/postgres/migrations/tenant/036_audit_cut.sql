-- The oldest part of a log may be cut off. An entry notes it, in the chain: up to which position, and the hash there, by which
-- what is left is followed on.
create or replace function keep_audit() returns trigger language plpgsql set search_path from current as $$
begin
  if tg_op = 'DELETE' and (
    not exists (
      select from marquee.tenants t
      where t.id = old.tenant_id and t.schema_name = tg_table_schema and t.state <> 'DELETING'
    ) or exists (
      select from audit_log cut
      where cut.tenant_id = old.tenant_id and cut.act = 'AUDIT_CUT' and cut.position > old.position
        and (cut.details ->> 'position')::bigint >= old.position
    )
  ) then
    return old;
  end if;
  raise exception 'The audit log is append-only' using errcode = 'insufficient_privilege';
end $$;

-- Cuts off entries of before an instant, the oldest first, at most so many; answers how many. Behind nothing but cuts of
-- before there is nothing to cut.
create function cut_audit(before timestamptz, most integer) returns bigint
language plpgsql security definer as $$
declare
  tenant integer := current_setting('marquee.tenant')::int;
  kept bigint;
  cut record;
begin
  perform pg_advisory_xact_lock(hashtext('marquee.audit'), tenant);
  select position into kept from audit_log where tenant_id = tenant and at > before order by position limit 1;
  select count(*) as entries, count(*) filter (where act <> 'AUDIT_CUT') as acts, max(position) as position into cut from (
    select position, act from audit_log
    where tenant_id = tenant and (kept is null or position < kept) order by position limit most
  ) oldest;
  if cut.acts = 0 then
    return 0;
  end if;
  insert into audit_log (tenant_id, act, outcome, actor, subject, details)
  select tenant, 'AUDIT_CUT', 'OK', 'job', '',
         jsonb_build_object('position', position, 'hash', encode(hash, 'hex'), 'entries', cut.entries)
  from audit_log where tenant_id = tenant and position = cut.position;
  delete from audit_log where tenant_id = tenant and position <= cut.position;
  return cut.entries;
end $$;
do $$
begin
  execute format('alter function cut_audit set search_path = %I, pg_temp', current_schema());
end $$;
revoke execute on function cut_audit from public;
grant execute on function cut_audit to marquee_app;
