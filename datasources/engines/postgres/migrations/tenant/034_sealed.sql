-- Every row is sealed by now (datasources/accounts/sealing-rows.postgres.ts); a plain one is refused from here on.
alter table accounts drop column email, alter column email_sealed set not null, alter column email_hash set not null;
-- Who was named by nobody is called by the id.
alter table profiles
  add constraint profiles_name check (name is null or name = id),
  add constraint profiles_named check ((name is null) <> (name_sealed is null));
-- Of a mail to nobody's account there is only what the account is looked up by.
alter table account_mails
  drop column email,
  alter column email_hash set not null,
  add constraint account_mails_sealed check (account_id is null or email_sealed is not null);
alter table erasures drop column subject, add constraint erasures_sealed check (state = 'DONE' or subject_sealed is not null);
alter table outside_accounts add constraint outside_accounts_hashed check (hashed);
alter table outside_accounts drop column hashed;
comment on column outside_accounts.subject is 'a keyed hash';
