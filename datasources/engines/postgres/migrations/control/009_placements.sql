-- Where tenants are placed, and whether they are served.
alter table tenants
  add column state text not null default 'ACTIVE' check (state in ('ACTIVE', 'SUSPENDED', 'DELETING')),
  -- Counts placements: whoever goes by an earlier one is turned away by enter_tenant.
  add column epoch integer not null default 1,
  -- URLs of servers of its own, without secrets; null where its rows are here.
  add column servers jsonb,
  -- Whether what transactions of it write is noted in moved_rows, for the place that it is moved to.
  add column capturing boolean not null default false;

-- Hosts that are a tenant's own.
create table tenant_domains (
  domain text primary key check (domain = lower(domain)),
  tenant integer not null references tenants on delete cascade
);
grant select on tenant_domains to marquee_app;

-- Every gateway hears of a change.
create function tell_tenants() returns trigger language plpgsql as $$
begin
  perform pg_notify('marquee_tenants', '');
  return null;
end $$;
create trigger tell_tenants after insert or update or delete on tenants
  for each statement execute function tell_tenants();
create trigger tell_tenants after insert or update or delete on tenant_domains
  for each statement execute function tell_tenants();

-- Makes a transaction a tenant's, in the placement that the caller knows. While it runs the tenant cannot be moved or
-- deleted; where that has happened, it is turned away before anything was done. Each statement of a volatile function sees
-- what has been committed when it begins: the placement is read when the lock is held.
create function enter_tenant(entered integer, path text, placed integer) returns void language plpgsql as $$
declare
  standing marquee.tenants;
begin
  perform pg_advisory_xact_lock_shared(1835102065, entered);
  select * into standing from marquee.tenants where id = entered;
  if standing.epoch is distinct from placed or standing.state = 'DELETING' then
    raise exception 'tenant % is not placed there', entered using errcode = 'MQ001';
  end if;
  perform set_config('marquee.tenant', entered::text, true), set_config('search_path', path, true),
    set_config('marquee.capturing', case when standing.capturing then 'on' else 'off' end, true);
end $$;
revoke execute on function enter_tenant from public;
grant execute on function enter_tenant to marquee_app;

-- Keys of rows that were written while their tenant is being moved, or may be moved back.
create table moved_rows (
  tenant_id integer not null,
  table_name text not null,
  key jsonb not null
);
create index moved_rows_tenant on moved_rows (tenant_id);
alter table moved_rows enable row level security;
alter table moved_rows force row level security;
create policy tenant on moved_rows
  using (tenant_id = current_setting('marquee.tenant')::int)
  with check (tenant_id = current_setting('marquee.tenant')::int);

-- Notes the key of a row, by the columns that are named; of one whose key changes, both. Runs as the owner.
create function capture_row() returns trigger
language plpgsql security definer set search_path = marquee, pg_temp as $$
declare
  version jsonb;
begin
  for version in
    select distinct coalesce((select jsonb_object_agg(name, v -> name) from unnest(tg_argv[1:]) as name), '{}')
    from unnest(array[
      case when tg_op <> 'INSERT' then to_jsonb(old) end, case when tg_op <> 'DELETE' then to_jsonb(new) end]) as v
    where v is not null
  loop
    insert into moved_rows (tenant_id, table_name, key)
    values (current_setting('marquee.tenant')::int, tg_argv[0], version);
  end loop;
  return null;
end $$;
revoke execute on function capture_row from public;

-- Has the tables of a schema note what is written, where they do not yet: by their primary key, or by the column behind the
-- tenant in their first index, whose rows are then taken together. What the outbox holds is not moved: it names rows.
create function capture_rows(placement text) returns void language plpgsql as $$
declare
  t record;
begin
  for t in
    select c.oid, c.relname, coalesce(k.columns, '{}') as columns
    from pg_class c
    left join lateral (
      select case when i.indisprimary then array_agg(a.attname::text order by n.at) else (array_agg(a.attname::text order by n.at))[1:1] end as columns
      from pg_index i
      cross join lateral unnest(i.indkey::smallint[]) with ordinality as n (attnum, at)
      join pg_attribute a on a.attrelid = c.oid and a.attnum = n.attnum
      where i.indrelid = c.oid and i.indpred is null and n.at <= i.indnkeyatts and a.attname <> 'tenant_id'
      group by i.indexrelid, i.indisprimary
      order by i.indisprimary desc, i.indexrelid limit 1
    ) k on true
    where c.relnamespace = placement::regnamespace and c.relkind in ('r', 'p') and not c.relispartition and c.relname <> 'outbox'
      and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped)
      and not exists (select from pg_trigger g where g.tgrelid = c.oid and g.tgname = 'capture')
  loop
    execute format(
      'create trigger capture after insert or update or delete on %s for each row
       when (current_setting(''marquee.capturing'', true) = ''on'') execute function marquee.capture_row(%s)',
      t.oid::regclass,
      (select string_agg(quote_literal(name), ', ') from unnest(array[t.relname::text] || t.columns) as name)
    );
  end loop;
end $$;
revoke execute on function capture_rows from public;

-- A tenant that is on its way, and the place that it comes from: until that is confirmed it can go back.
create table tenant_moves (
  tenant integer primary key references tenants on delete cascade,
  from_tier text not null,
  from_schema text not null,
  to_tier text not null,
  to_schema text not null,
  phase text not null check (phase in ('COPYING', 'SWITCHED', 'CONFIRMED')),
  begun_at timestamptz not null default now(),
  switched_at timestamptz,
  -- For how long nobody could write.
  pause_ms double precision
);
