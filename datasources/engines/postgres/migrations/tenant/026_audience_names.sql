-- Names are answered to whoever may meet a title that has them, and the vocabulary of a search is that of the titles that
-- its audience may meet. Whether a title has a genre is looked up by an equality of texts, which row-level security lets
-- an index answer, as with credits.
create table catalog_genres (
  tenant_id integer not null,
  genre_id text not null,
  title_id text not null,
  primary key (tenant_id, genre_id, title_id)
);
create index catalog_genres_title on catalog_genres (tenant_id, title_id);

-- The titles of each name that is completed, in the place of search_credits, which knew people alone.
create table search_uses (
  tenant_id integer not null,
  kind text not null check (kind in ('PERSON', 'GENRE')),
  id text collate "C" not null,
  doc integer not null,
  primary key (tenant_id, kind, id, doc)
);
create index search_uses_doc on search_uses (tenant_id, doc);

-- Of a word in a title: whether somebody would say it, and whether its misspellings are meant to find it. Until a title
-- is put again, which its form sees to, every word of it counts as said and as misspelled: search_keys knows better.
alter table search_terms
  add column spoken boolean not null default true,
  add column keyed boolean not null default true;
alter table search_words drop column spoken;

do $$
declare
  tenant record;
begin
  for tenant in select id from marquee.tenants where schema_name = current_schema() loop
    perform set_config('marquee.tenant', tenant.id::text, true);
    insert into catalog_genres (tenant_id, genre_id, title_id)
    select distinct tenant.id, g, t.id from catalog_titles t cross join unnest(t.genre_ids) g where t.tenant_id = tenant.id;
    insert into search_uses (tenant_id, kind, id, doc)
    select tenant.id, 'PERSON', c.person_id, c.doc from search_credits c where c.tenant_id = tenant.id
    union
    select tenant.id, 'GENRE', g, t.doc from search_titles t cross join unnest(t.genre_ids) g where t.tenant_id = tenant.id;
  end loop;
end $$;

drop table search_credits;
