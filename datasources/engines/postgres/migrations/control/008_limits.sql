-- How often something was done in the window that is open, at all gateways: what rate-limiter-flexible keeps.
create table limits (
  -- What is counted, and a keyed hash of whose it is.
  key varchar(255) primary key,
  points integer not null default 0,
  -- When the window ends. Milliseconds since 1970.
  expire bigint
);
create index limits_expire on limits (expire);
grant select, insert, update, delete on limits to marquee_app;
