-- Accounts that an identity provider signs in, by what it knows them by.
create table outside_accounts (
  tenant_id integer not null,
  issuer text not null,
  subject text not null,
  account_id text not null,
  -- When what it says of their roles was said.
  told_at timestamptz not null,
  primary key (tenant_id, issuer, subject),
  foreign key (tenant_id, account_id) references accounts on delete cascade
);
create index outside_accounts_account on outside_accounts (tenant_id, account_id);
