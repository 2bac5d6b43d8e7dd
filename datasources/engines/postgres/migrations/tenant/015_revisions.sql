-- What orders the states of a title in projections is its revision; versions are those of title_versions.
alter table catalog_titles rename column version to revision;
alter table search_titles rename column version to revision;

do $$
declare
  tenant record;
begin
  for tenant in select id from marquee.tenants where schema_name = current_schema() loop
    perform set_config('marquee.tenant', tenant.id::text, true);
    -- Documents from before there was a latest version answered the number that they had.
    update catalog_titles set document =
      jsonb_build_object('latestVersion', document -> 'version') || (document - 'version')
      || jsonb_build_object('revision', document -> 'version')
    where tenant_id = tenant.id and document ? 'version';
  end loop;
end $$;
