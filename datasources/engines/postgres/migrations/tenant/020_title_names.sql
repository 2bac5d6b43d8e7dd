-- People, genres and studios by the names that titles use them under: one of them is shown, wherever the id is. Who is
-- spelled in more than one way is `varied`; all others are shown as they stand in their titles.
create table title_names (
  tenant_id integer not null,
  type text not null check (type in ('Person', 'Genre', 'Studio')),
  id text not null,
  name text not null,
  -- Whether an editor wrote it: then no import changes it.
  by_hand boolean not null default false,
  varied boolean not null default false,
  primary key (tenant_id, type, id)
);
create index title_names_varied on title_names (tenant_id, type, id) where varied;

-- The names in a body of a title.
create function title_refs(body jsonb) returns table (type text, id text, name text) language sql immutable as $$
  select 'Person', c -> 'person' ->> 'id', c -> 'person' ->> 'name'
  from jsonb_array_elements(coalesce(body -> 'credits', '[]')) c
  union all select 'Genre', g ->> 'id', g ->> 'name' from jsonb_array_elements(coalesce(body -> 'genres', '[]')) g
  union all select 'Studio', body -> 'studio' ->> 'id', body -> 'studio' ->> 'name'
  where jsonb_typeof(body -> 'studio') = 'object'
$$;

-- A body with the names that are shown in the place of those that were stated.
create function with_shown_names(body jsonb) returns jsonb language plpgsql stable as $$
declare
  shown jsonb;
begin
  select jsonb_object_agg(n.type || ' ' || n.id, n.name) into shown
  from title_refs(body) r join title_names n on n.type = r.type and n.id = r.id
  where n.varied;
  if shown is null then
    return body;
  end if;
  if jsonb_array_length(coalesce(body -> 'genres', '[]')) > 0 then
    body := jsonb_set(body, '{genres}', (
      select jsonb_agg(g || jsonb_build_object('name', coalesce(shown -> ('Genre ' || (g ->> 'id')), g -> 'name')) order by n)
      from jsonb_array_elements(body -> 'genres') with ordinality as e (g, n)));
  end if;
  if jsonb_array_length(coalesce(body -> 'credits', '[]')) > 0 then
    body := jsonb_set(body, '{credits}', (
      select jsonb_agg(jsonb_set(c, '{person,name}',
                                 coalesce(shown -> ('Person ' || (c -> 'person' ->> 'id')), c #> '{person,name}')) order by n)
      from jsonb_array_elements(body -> 'credits') with ordinality as e (c, n)));
  end if;
  if jsonb_typeof(body -> 'studio') = 'object' then
    body := jsonb_set(body, '{studio,name}',
                      coalesce(shown -> ('Studio ' || (body -> 'studio' ->> 'id')), body #> '{studio,name}'));
  end if;
  return body;
end $$;

-- What there is already: of each the most frequent spelling of what titles said last, of equals the first by its bytes.
-- Titles that use one spelled in several ways are told to the projections anew.
do $$
declare
  tenant record;
begin
  for tenant in select id from marquee.tenants where schema_name = current_schema() loop
    perform set_config('marquee.tenant', tenant.id::text, true);
    insert into title_names (tenant_id, type, id, name, varied)
    select tenant.id, type, id, (array_agg(name order by titles desc, name collate "C"))[1], count(*) > 1
    from (
      select r.type, r.id, r.name, count(distinct v.title_id) filter (where v.version = (
        select max(l.version) from title_versions l where l.tenant_id = tenant.id and l.title_id = v.title_id
      )) as titles
      from title_versions v cross join lateral title_refs(v.body) r
      where v.tenant_id = tenant.id and r.id is not null and r.name is not null
      group by 1, 2, 3
    ) s group by type, id;
    insert into marquee.title_schedule (tenant_id, title_id, version, due_at)
    select distinct tenant.id, v.title_id, 0, now()
    from title_versions v cross join lateral title_refs(v.body) r
    join title_names n on n.tenant_id = tenant.id and n.type = r.type and n.id = r.id and n.varied
    where v.tenant_id = tenant.id
    on conflict do nothing;
  end loop;
end $$;
