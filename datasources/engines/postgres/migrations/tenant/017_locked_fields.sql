-- What editors have set by hand and not given back, by the names of fields: imports leave it alone. Who set what before
-- this is not known; it stays open to imports until somebody sets it again.
alter table title_heads add column locked_fields text[] not null default '{}';
