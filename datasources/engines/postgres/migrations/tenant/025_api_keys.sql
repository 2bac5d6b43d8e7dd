-- Keys that machines ask by, in nobody's name. What is secret of them is kept nowhere.
create table api_keys (
  tenant_id integer not null,
  id text not null,
  name text not null,
  -- SHA-256 of the whole key: it has 256 random bits, which nobody tries out.
  hash text not null,
  -- The fields that it is for: Query.titles.
  scope text[] not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  -- To the minute.
  last_used_at timestamptz,
  revoked_at timestamptz,
  primary key (tenant_id, id)
);
create index api_keys_recent on api_keys (tenant_id, created_at desc, id desc);
