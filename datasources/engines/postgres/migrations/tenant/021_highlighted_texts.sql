-- What highlights are cut from, by the name that highlights have: a field more needs no column of its own.
alter table search_texts add column texts jsonb not null default '{}';

do $$
declare
  tenant record;
begin
  for tenant in select id from marquee.tenants where schema_name = current_schema() loop
    perform set_config('marquee.tenant', tenant.id::text, true);
    update search_texts x set texts = jsonb_build_object(
      'name', jsonb_build_array(x.name), 'alternativeNames', x.alternative_names, 'people', x.people, 'genres', t.genres,
      'synopsis', array_remove(array[x.synopsis], null))
    from search_titles t
    where x.tenant_id = tenant.id and t.tenant_id = tenant.id and t.doc = x.doc;
  end loop;
end $$;

alter table search_texts drop column name, drop column alternative_names, drop column people, drop column synopsis;
