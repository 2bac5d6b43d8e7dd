-- Which titles count in sums, and which of them as finished: what is told of a title late, or of it under another day, is
-- taken out where it counts before it is counted anew.
alter table served_sums add column titles text[] not null default '{}';
alter table served_sums add column finished text[] not null default '{}';
-- Sums from before do not tell: days are summed up anew, from the lists that are held.
truncate served_sums, served_closings;
