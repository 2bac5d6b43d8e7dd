-- What identifies people is sealed with keys that lie here, each wrapped by a key that is kept elsewhere. Once a row is
-- gone, nobody reads what was sealed with it, wherever that is: what archives hold of it as well, as long as they leave this
-- table out (docs/privacy.md).
create table person_keys (
  tenant_id integer not null,
  -- An account, a profile without one, or an erasure; empty: what the tenant's addresses are hashed with.
  owner text not null,
  -- Of the key that wrapped it.
  key_id text not null,
  wrapped bytea not null,
  primary key (tenant_id, owner)
);
create index person_keys_of on person_keys (tenant_id, key_id);

-- An address is found by a keyed hash of it in small letters.
alter table accounts add column email_sealed bytea, add column email_hash text, alter column email drop not null;
create unique index accounts_email_hash on accounts (tenant_id, email_hash);
alter table profiles add column name_sealed bytea, alter column name drop not null;
alter table account_mails add column email_sealed bytea, add column email_hash text, alter column email drop not null;
create index account_mails_email on account_mails (tenant_id, email_hash);
alter table erasures add column subject_sealed bytea, add column subject_hash text;
-- What an identity provider knows somebody by is kept as a keyed hash alone.
alter table outside_accounts add column hashed boolean not null default false;
alter table outside_accounts alter column hashed set default true;

-- Copies of what is held that wait to be fetched are made anew, sealed.
do $$
declare
  tenant record;
  export record;
begin
  for tenant in select id from marquee.tenants where schema_name = current_schema() loop
    perform set_config('marquee.tenant', tenant.id::text, true);
    delete from account_export_parts where tenant_id = tenant.id;
    for export in update account_exports set state = 'PENDING' where tenant_id = tenant.id and expires_at > now() returning id loop
      perform marquee.schedule_saga('export-account', export.id, interval '0');
    end loop;
  end loop;
end $$;
