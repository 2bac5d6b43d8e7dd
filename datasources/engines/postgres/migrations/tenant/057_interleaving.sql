-- Each profile is served by one of the arms, or all that take part by both at once.
alter table experiments add column kind text not null default 'ARMS' check (kind in ('ARMS', 'INTERLEAVING'));
-- Of an interleaved list, which of its two arms has put each title there, by their order, from 1; 0 where neither has.
alter table served_lists add column teams smallint[];
