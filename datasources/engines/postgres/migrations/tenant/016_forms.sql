-- In which form a title was put: what is stored in another is put again.
alter table catalog_titles add column form text not null default '';
alter table search_titles add column form text not null default '';
