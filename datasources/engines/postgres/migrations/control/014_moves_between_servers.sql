-- Tenants that are moved from one database to another. Where they are is for the deployment's own registry to say; the
-- registry of servers that a tenant has to itself says whether it takes writes.
alter table tenants
  -- Where it is about to be: gateways open these servers before anybody asks for them.
  add column expected jsonb,
  -- The attempt of a move behind whose fence no transaction begins, until it is known where the tenant is. Null: none.
  add column fenced integer,
  -- Whether it has gone to another database: what is here is of before.
  add column away boolean not null default false;

alter table tenant_moves
  add column from_servers jsonb,
  add column to_servers jsonb,
  -- Counts attempts to switch: whoever takes a fence away that nobody stands behind counts on, and no earlier one switches.
  add column attempt integer not null default 0;

create or replace function enter_tenant(entered integer, path text, placed integer) returns void language plpgsql as $$
declare
  standing marquee.tenants;
begin
  perform pg_advisory_xact_lock_shared(1835102065, entered);
  select * into standing from marquee.tenants where id = entered;
  if standing.epoch is distinct from placed or standing.state = 'DELETING' or standing.fenced is not null or standing.away then
    raise exception 'tenant % is not placed there', entered using errcode = 'MQ001';
  end if;
  perform set_config('marquee.tenant', entered::text, true), set_config('search_path', path, true),
    set_config('marquee.capturing', case when standing.capturing then 'on' else 'off' end, true);
end $$;

-- What belongs to a tenant and lies beside its own tables goes with it to another database.
create trigger capture after insert or update or delete on title_schedule for each row
  when (current_setting('marquee.capturing', true) = 'on') execute function capture_row('title_schedule', 'title_id', 'version');
create trigger capture after insert or update or delete on operation_jobs for each row
  when (current_setting('marquee.capturing', true) = 'on') execute function capture_row('operation_jobs', 'id');
create trigger capture after insert or update or delete on sagas for each row
  when (current_setting('marquee.capturing', true) = 'on') execute function capture_row('sagas', 'task', 'id');

-- Whoever moves a tenant has triggers rest: gateways are told all the same.
alter table tenants enable always trigger tell_tenants;
alter table tenant_domains enable always trigger tell_tenants;
