-- Which tenants there are and where each one's rows live. No secrets: the application role reads it before it knows a tenant.
create table tenants (
  -- Random, not counted: engines may be shared by deployments, and the tenants of two must not meet there.
  id integer primary key default random(1, 2147483647),
  slug text not null unique check (slug ~ '^[a-z][a-z0-9-]{1,39}$'),
  name text not null,
  tier text not null check (tier in ('SHARED', 'ISOLATED', 'DEDICATED')),
  schema_name text not null,
  default_country char(2) not null default 'US',
  created_at timestamptz not null default now()
);
grant select on tenants to marquee_app;
