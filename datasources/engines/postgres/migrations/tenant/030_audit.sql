-- Who did what. Each entry is chained to the one before it by its hash, and none is ever changed.

-- What the log calls an account. Random: nobody finds out whose it was once the account is gone.
alter table accounts add column audit_name text not null default gen_random_uuid()::text;

create table audit_log (
  tenant_id integer not null,
  position bigint not null,
  at timestamptz not null,
  act text not null,
  outcome text not null check (outcome in ('OK', 'FAILED')),
  -- `account:` and its name here, `command`, `job` or `visitor`.
  actor text not null,
  -- What it was done to: `account:` and its name here, `title:` and its id, and so on; empty where there is nothing to name.
  subject text not null,
  details jsonb not null,
  -- SHA-256 of the hash before and of what the entry says.
  hash bytea not null,
  primary key (tenant_id, position)
);
comment on table audit_log is 'append-only';
create index audit_log_acts on audit_log (tenant_id, act, position);
create index audit_log_actors on audit_log (tenant_id, actor, position);
create index audit_log_subjects on audit_log (tenant_id, subject, position);

-- What an entry's hash is of.
create function audit_text(e audit_log) returns text language sql immutable as $$
  select jsonb_build_array(e.tenant_id, e.position, (extract(epoch from e.at) * 1000000)::bigint, e.act, e.outcome, e.actor,
                           e.subject, e.details)::text
$$;

-- Entries of one tenant follow each other: whoever appends waits for the one before to commit. One that brings its hash
-- along is moved from elsewhere.
create function chain_audit() returns trigger language plpgsql set search_path from current as $$
declare
  last record;
begin
  if new.hash is not null then
    return new;
  end if;
  perform pg_advisory_xact_lock(hashtext('marquee.audit'), new.tenant_id);
  select position, hash into last from audit_log where tenant_id = new.tenant_id order by position desc limit 1;
  new.position := coalesce(last.position, 0) + 1;
  new.at := clock_timestamp();
  new.hash := sha256(coalesce(last.hash, '') || convert_to(audit_text(new), 'UTF8'));
  return new;
end $$;
create trigger chain before insert on audit_log for each row execute function chain_audit();

-- The log goes with its tenant, and from where the tenant has been moved away; nothing else is taken out of it.
create function keep_audit() returns trigger language plpgsql set search_path from current as $$
begin
  if tg_op = 'DELETE' and not exists (
    select from marquee.tenants t
    where t.id = old.tenant_id and t.schema_name = tg_table_schema and t.state <> 'DELETING'
  ) then
    return old;
  end if;
  raise exception 'The audit log is append-only' using errcode = 'insufficient_privilege';
end $$;
create trigger keep before update or delete on audit_log for each row execute function keep_audit();
create trigger keep_all before truncate on audit_log for each statement execute function keep_audit();
