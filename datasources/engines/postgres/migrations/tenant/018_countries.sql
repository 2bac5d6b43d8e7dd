-- Countries in capitals, as licences have them: `us` was taken once, and opened nothing. What is no country at all stays,
-- and is read as none.
do $$
declare
  tenant record;
begin
  for tenant in select id from marquee.tenants where schema_name = current_schema() loop
    perform set_config('marquee.tenant', tenant.id::text, true);
    update accounts set country = upper(country) where tenant_id = tenant.id and country <> upper(country);
    update profiles set country = upper(country) where tenant_id = tenant.id and country <> upper(country);
  end loop;
end $$;
alter table accounts add constraint accounts_country check (country ~ '^[A-Z]{2}$') not valid;
alter table profiles add constraint profiles_country check (country ~ '^[A-Z]{2}$') not valid;
