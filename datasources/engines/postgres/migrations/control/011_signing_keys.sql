-- What access tokens are signed with. A row with a private part, sealed by the secret that its gateways share, or without
-- one where that is configured; what was signed with it is believed until `verify_until`.
create table signing_keys (
  -- RFC 7638 thumbprint.
  kid text primary key,
  public_key jsonb not null,
  sealed text,
  -- Whose turn it is to sign: the keys of gateways with one secret follow each other.
  ring text not null,
  generation integer not null,
  created_at timestamptz not null default clock_timestamp(),
  verify_until timestamptz not null,
  -- When the last token expires that was signed with it for longer than gateways sign for.
  needed_until timestamptz not null default '-infinity',
  unique (ring, generation)
);
grant select, insert, update, delete on signing_keys to marquee_app;
