-- Fields that titles are filtered by and that have no column of their own, by name: one more needs no migration.
alter table catalog_titles add column attributes jsonb not null default '{}';
alter table search_titles add column attributes jsonb not null default '{}';
