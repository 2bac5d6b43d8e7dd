-- What profiles that were deleted before have left behind: their id in the ids of their viewing events, and the answers to
-- these. An id becomes a name that follows from a salt which nobody keeps; an event that is there twice stays one.
do $$
declare
  tenant record;
  salt text := gen_random_uuid()::text;
begin
  for tenant in select id from marquee.tenants where schema_name = current_schema() loop
    perform set_config('marquee.tenant', tenant.id::text, true);
    update viewing_events set id = 'deleted-' || md5(salt || id)
    where tenant_id = tenant.id and profile_id like 'deleted-%' and id not like 'deleted-%';
    delete from viewing_receipts r
    where tenant_id = tenant.id
      and not exists (select from profiles p where p.tenant_id = r.tenant_id and p.id = r.profile_id);
  end loop;
end $$;
