-- Days that are over and still open are summed up too, each time anew: until when they are; none while that is under way.
alter table served_closings add column summed timestamptz;
-- Reports add up an arm's rows without their titles, and look at these where something is told anew.
alter table served_sums drop constraint served_sums_pkey;
alter table served_sums add primary key (tenant_id, arm, profile_id, day) include (lists, watched, completed);
create index served_sums_watched on served_sums (tenant_id, profile_id, day) where watched > 0;
