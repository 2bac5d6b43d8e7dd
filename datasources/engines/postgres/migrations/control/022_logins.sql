-- The roles that gateways connect to this database by, and their passwords: whoever opens it finds the same. Nobody but
-- who migrates may read it.
create table logins (
  role text primary key,
  password text not null
);
