-- Which state of a domain there is: another one, and one that never was, after every transaction that changed what the
-- domain answers, and seen with that. Gateways keep answers for as long as the stamp is the one that they were read under.
create table domain_stamps (
  tenant_id integer not null,
  domain text not null,
  stamp uuid not null,
  primary key (tenant_id, domain)
) with (fillfactor = 50);

-- Sets the stamps of a domain that a statement has changed rows of, once a transaction: what is set for the transaction
-- alone says so, and is taken back with what a savepoint takes back. Where nothing is left to be kept, none is made.
create function stamp_domain() returns trigger language plpgsql set search_path from current as $$
declare
  owner integer;
  mark text;
begin
  for owner in select distinct tenant_id from changed loop
    mark := format('%s %s %s', tg_table_schema, tg_argv[0], owner);
    continue when current_setting('marquee.stamped', true) = mark;
    update domain_stamps set stamp = gen_random_uuid() where tenant_id = owner and domain = tg_argv[0];
    if not found then
      continue when tg_op = 'DELETE';
      insert into domain_stamps (tenant_id, domain, stamp) values (owner, tg_argv[0], gen_random_uuid())
      on conflict (tenant_id, domain) do update set stamp = excluded.stamp;
    end if;
    perform set_config('marquee.stamped', mark, true);
  end loop;
  return null;
end $$;

do $$
declare
  t text;
  tenant record;
begin
  foreach t in array array['catalog_titles', 'catalog_licences', 'catalog_credits', 'catalog_genres', 'catalog_names'] loop
    execute format('create trigger stamp_inserted after insert on %I referencing new table as changed
                    for each statement execute function stamp_domain(''catalog'')', t);
    execute format('create trigger stamp_updated after update on %I referencing new table as changed
                    for each statement execute function stamp_domain(''catalog'')', t);
    execute format('create trigger stamp_deleted after delete on %I referencing old table as changed
                    for each statement execute function stamp_domain(''catalog'')', t);
  end loop;
  for tenant in select id from marquee.tenants where schema_name = current_schema() loop
    perform set_config('marquee.tenant', tenant.id::text, true);
    insert into domain_stamps (tenant_id, domain, stamp) values (tenant.id, 'catalog', gen_random_uuid());
  end loop;
end $$;

-- When the next licence begins or ends, and when the last one did: in between, lists stay as they are.
create index catalog_licences_from on catalog_licences (tenant_id, from_at);
create index catalog_licences_until on catalog_licences (tenant_id, until_at) where until_at is not null;
