-- What else gateways keep: charts, which titles are alike, and plans. Each has stamps of its own, so that a job which writes
-- for minutes keeps nobody from the catalogue's; and merges have, which charts follow from: who merges titles keeps everybody
-- from playing meanwhile, and waits for no job.
do $$
declare
  kept record;
  tenant record;
begin
  for kept in
    select * from (values
      ('top10_entries', 'charts'), ('top10_weeks', 'charts'), ('top10_checks', 'charts'), ('trending_titles', 'charts'),
      ('title_merges', 'merges'), ('similar_titles', 'taste'), ('plans', 'plans')
    ) v (name, domain)
  loop
    execute format('create trigger stamp_inserted after insert on %I referencing new table as changed
                    for each statement execute function stamp_domain(%L)', kept.name, kept.domain);
    execute format('create trigger stamp_updated after update on %I referencing new table as changed
                    for each statement execute function stamp_domain(%L)', kept.name, kept.domain);
    execute format('create trigger stamp_deleted after delete on %I referencing old table as changed
                    for each statement execute function stamp_domain(%L)', kept.name, kept.domain);
  end loop;
  for tenant in select id from marquee.tenants where schema_name = current_schema() loop
    perform set_config('marquee.tenant', tenant.id::text, true);
    insert into domain_stamps (tenant_id, domain, stamp)
    select tenant.id, domain, gen_random_uuid() from unnest(array['charts', 'merges', 'taste', 'plans']) as d (domain)
    on conflict (tenant_id, domain) do nothing;
  end loop;
end $$;
