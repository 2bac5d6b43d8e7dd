-- The outbox rows of this placement: written in the transaction of the fact, read through marquee.outbox.
create table outbox (primary key (partition, xid, id)) inherits (marquee.outbox);

-- One row a title: what its writers lock, and what orders its states.
create table title_heads (
  tenant_id integer not null,
  title_id text not null,
  -- The highest version recorded, in force or not.
  version integer not null,
  -- Counts every change of what is in force, also one that only time brings: a version number cannot, because a version
  -- recorded later may come into force earlier.
  revision bigint not null,
  -- The title that this one was merged into.
  merged_into text,
  primary key (tenant_id, title_id)
);
create index title_heads_merged on title_heads (tenant_id, merged_into) where merged_into is not null;

-- Orders the states of what a profile has done with a title.
alter table title_progress add column revision bigint not null default 0;

do $$
declare
  tenant record;
begin
  for tenant in select id from marquee.tenants where schema_name = current_schema() loop
    perform set_config('marquee.tenant', tenant.id::text, true);
    insert into title_heads (tenant_id, title_id, version, revision)
    select tenant_id, title_id, max(version), max(version) from title_versions where tenant_id = tenant.id group by 1, 2;
    insert into marquee.title_schedule (tenant_id, title_id, version, due_at)
    select tenant_id, title_id, version, effective_from from title_versions
    where tenant_id = tenant.id and effective_from > now();
  end loop;
end $$;
