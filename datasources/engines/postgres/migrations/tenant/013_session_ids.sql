-- What an access token names: it stays while refresh tokens follow each other, and is gone with the session.
alter table sessions add column id text not null default gen_random_uuid()::text;
create unique index sessions_id on sessions (tenant_id, id);
