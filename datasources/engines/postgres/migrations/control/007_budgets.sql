-- What holders of budgets have spent at all gateways in the window that is open. Nothing that has to outlive a crash.
create unlogged table budgets (
  -- A keyed hash: addresses and accounts are nobody's to read here.
  holder text primary key,
  points double precision not null,
  until timestamptz not null
);
create index budgets_until on budgets (until);
grant select, insert, update, delete on budgets to marquee_app;
