-- An account whose owner has asked to be forgotten: nobody signs in to it from then on.
alter table accounts add column erasing boolean not null default false;
