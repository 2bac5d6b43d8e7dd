-- Of the home page a row is a list: which, and where it stands, from 1.
alter table served_lists add column row_id text;
alter table served_lists add column row_place smallint;
