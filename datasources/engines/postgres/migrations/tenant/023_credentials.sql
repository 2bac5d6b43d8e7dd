-- Whether any password is still hashed as it was before: asked at every sign-in.
create index accounts_old_passwords on accounts (tenant_id) where password_hash like '$scrypt$%';

-- What it takes to go on as a profile, hashed as passwords are; null where it has none.
alter table profiles add column pin_hash text;
