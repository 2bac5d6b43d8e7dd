-- What an account asks for about itself: everything that is held, and that nothing is any more.
create table account_exports (
  tenant_id integer not null,
  id text not null,
  account_id text not null,
  state text not null check (state in ('PENDING', 'READY')),
  bytes bigint not null default 0,
  asked_at timestamptz not null default now(),
  expires_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, account_id) references accounts on delete cascade
);
create index account_exports_account on account_exports (tenant_id, account_id, asked_at desc);

-- The ZIP in parts, so that every gateway serves it and none holds it whole.
create table account_export_parts (
  tenant_id integer not null,
  export_id text not null,
  position integer not null,
  part bytea not null,
  primary key (tenant_id, export_id, position),
  foreign key (tenant_id, export_id) references account_exports on delete cascade
);

create table erasures (
  tenant_id integer not null,
  id text not null,
  state text not null check (state in ('PENDING', 'RUNNING', 'DONE')),
  asked_at timestamptz not null default now(),
  finished_at timestamptz,
  -- Who is to be forgotten, for as long as that is under way: ids, address, names.
  subject jsonb,
  -- What the log of acts calls the account.
  audit_name text not null,
  -- What was removed and where was searched, in figures; of one that does not come to its end, where something was left.
  receipt jsonb not null default '{}',
  primary key (tenant_id, id)
);

-- SHA-256 of `<tenant>:<id>` of accounts and profiles that were erased: what comes back with a backup or an import is known
-- by it.
create table erased_ids (
  tenant_id integer not null,
  hash bytea not null,
  erased_at timestamptz not null default now(),
  primary key (tenant_id, hash)
);

create function erased_hash(id text) returns bytea language sql stable as $$
  select sha256(convert_to(current_setting('marquee.tenant') || ':' || id, 'UTF8'))
$$;
