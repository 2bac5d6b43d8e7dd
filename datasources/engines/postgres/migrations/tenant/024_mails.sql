-- Which language an account is written to in (null: nobody has said), and since when its address is known to be its own.
alter table accounts add column language text, add column email_verified_at timestamptz;

-- Mails that are to be sent, and the tokens that those which were sent have opened: kept until they are used or over.
create table account_mails (
  tenant_id integer not null,
  id text not null,
  -- Null until it is sent, where only the address was told: nobody is looked up while whoever asked waits.
  account_id text,
  kind text not null check (kind in ('RESET', 'VERIFY', 'PASSWORD_CHANGED', 'EMAIL_CHANGING')),
  email text not null,
  language text,
  -- SHA-256 of the token that it brings; null where it brings none. The token itself is kept nowhere.
  token_hash text,
  expires_at timestamptz not null,
  attempts smallint not null default 0,
  sent_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, account_id) references accounts on delete cascade
);
create unique index account_mails_token on account_mails (tenant_id, token_hash) where token_hash is not null;
create index account_mails_account on account_mails (tenant_id, account_id);
create index account_mails_expired on account_mails (tenant_id, expires_at);
