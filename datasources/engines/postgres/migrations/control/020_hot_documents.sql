-- Documents that clients send the most, so that a gateway that starts knows them: queries without a text of anybody's in them.
create table hot_documents (
  hash text primary key,
  text text not null,
  -- How often it was sent, as that counted at the instant beside: half of it a day later.
  uses double precision not null,
  at timestamptz not null
);
grant select, insert, update, delete on hot_documents to marquee_app;
