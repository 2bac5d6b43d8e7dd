-- What was done to the deployment: to its tenants and its keys. It stays when a tenant goes, and the tenant's own log with it.
-- The code that chains and keeps logs is here, for this one and for those of the tenants.
create table audit_log (
  -- Of no tenant.
  tenant_id integer not null check (tenant_id = 0),
  position bigint not null,
  at timestamptz not null,
  act text not null,
  outcome text not null check (outcome in ('OK', 'FAILED')),
  actor text not null,
  subject text not null,
  details jsonb not null,
  hash bytea not null,
  primary key (tenant_id, position)
);
comment on table audit_log is 'append-only';
alter table audit_log enable row level security;
alter table audit_log force row level security;
create policy tenant on audit_log
  using (tenant_id = current_setting('marquee.tenant')::int)
  with check (tenant_id = current_setting('marquee.tenant')::int);

-- What an entry's hash is of.
create function audit_text(e audit_log) returns text language sql immutable as $$
  select jsonb_build_array(e.tenant_id, e.position, (extract(epoch from e.at) * 1000000)::bigint, e.act, e.outcome, e.actor,
                           e.subject, e.details)::text
$$;

-- Entries of one log follow each other: whoever appends waits for the one before to commit. Their number, their instant and
-- their hash are the database's to say; rows that are moved are written where triggers rest. No entry is of before the one
-- before it, also where the clock has been put back, or is another server's.
create function chain_audit() returns trigger language plpgsql as $$
declare
  last record;
begin
  if num_nonnulls(new.position, new.at, new.hash) > 0 then
    raise exception 'The audit log says itself which entry is which, when it was noted and what its hash is'
      using errcode = 'insufficient_privilege';
  end if;
  perform pg_advisory_xact_lock(hashtext('marquee.audit'), new.tenant_id);
  execute format('select position, at, hash from %I.%I where tenant_id = $1 order by position desc limit 1',
                 tg_table_schema, tg_table_name) into last using new.tenant_id;
  new.position := coalesce(last.position, 0) + 1;
  new.at := greatest(clock_timestamp(), last.at);
  new.hash := sha256(coalesce(last.hash, '') || convert_to(marquee.audit_text(row(new.*)::marquee.audit_log), 'UTF8'));
  return new;
end $$;

-- A tenant's log goes with it, and from where it has been moved away; of any, what was cut off and noted as that. Nothing
-- else is taken out.
create function keep_audit() returns trigger language plpgsql as $$
declare
  cut boolean;
begin
  if tg_op = 'DELETE' then
    if old.tenant_id <> 0 and not exists (
      select from marquee.tenants t
      where t.id = old.tenant_id and t.schema_name = tg_table_schema and t.state <> 'DELETING'
    ) then
      return old;
    end if;
    execute format('select exists (select from %I.%I where tenant_id = $1 and act = ''AUDIT_CUT'' and position > $2
                                     and (details ->> ''position'')::bigint >= $2)',
                   tg_table_schema, tg_table_name) into cut using old.tenant_id, old.position;
    if cut then
      return old;
    end if;
  end if;
  raise exception 'The audit log is append-only' using errcode = 'insufficient_privilege';
end $$;

-- Cuts off entries of before an instant, the oldest first, at most so many; answers how many. Behind nothing but what cutting
-- itself has noted there is nothing to cut.
create function cut_log(log regclass, tenant integer, before timestamptz, most integer) returns bigint
language plpgsql as $$
declare
  cut record;
begin
  perform pg_advisory_xact_lock(hashtext('marquee.audit'), tenant);
  execute format(
    'with kept as (select position from %1$s where tenant_id = $1 and at > $2 order by position limit 1),
          oldest as (
            select position, act, hash from %1$s
            where tenant_id = $1 and ((select position from kept) is null or position < (select position from kept))
            order by position limit $3
          )
     select count(*) as entries, count(*) filter (where act not in (''AUDIT_CUT'', ''RETENTION_ENFORCED'')) as acts,
            max(position) as position, (array_agg(hash order by position desc))[1] as hash
     from oldest', log) into cut using tenant, before, most;
  if cut.acts = 0 then
    return 0;
  end if;
  execute format(
    'insert into %s (tenant_id, act, outcome, actor, subject, details)
     values ($1, ''AUDIT_CUT'', ''OK'', ''job'', '''',
             jsonb_build_object(''position'', $2, ''hash'', encode($3, ''hex''), ''entries'', $4))', log)
    using tenant, cut.position, cut.hash, cut.entries;
  execute format('delete from %s where tenant_id = $1 and position <= $2', log) using tenant, cut.position;
  return cut.entries;
end $$;
revoke execute on function cut_log from public;

-- Makes a table a log that is chained and kept, of which the application adds what was done and by whom, and nothing of what
-- chains it; and has a function beside it by which it is cut.
create function chain_log(log regclass) returns void language plpgsql as $$
declare
  schema text := (select relnamespace::regnamespace::text from pg_class where oid = log);
  name text := schema || '.' || (select quote_ident(relname) from pg_class where oid = log);
begin
  execute format('drop trigger if exists chain on %1$s; drop trigger if exists keep on %1$s; drop trigger if exists keep_all on %1$s', name);
  execute format('create trigger chain before insert on %s for each row execute function marquee.chain_audit()', name);
  execute format('create trigger keep before update or delete on %s for each row execute function marquee.keep_audit()', name);
  execute format('create trigger keep_all before truncate on %s for each statement execute function marquee.keep_audit()', name);
  execute format('revoke all on %s from marquee_app', name);
  execute format('grant select, insert (tenant_id, act, outcome, actor, subject, details) on %s to marquee_app', name);
  execute format(
    'create or replace function %s.cut_audit(before timestamptz, most integer) returns bigint
     language sql security definer set search_path = pg_catalog, pg_temp
     as $cut$ select marquee.cut_log(%L::regclass, current_setting(''marquee.tenant'')::int, before, most) $cut$', schema, name);
  execute format('revoke execute on function %s.cut_audit from public', schema);
  execute format('grant execute on function %s.cut_audit to marquee_app', schema);
end $$;
revoke execute on function chain_log from public;
select chain_log('audit_log');
