-- Lists are kept so deep that everybody finds ten titles in them that they may meet, whatever their maturity limit, and are
-- ranked among these as they are read: places of the day before and days on the list follow from that. Lists made before
-- are ten titles deep until their days are ranked anew.
alter table top10_entries
  drop constraint top10_entries_rank_check,
  alter column rank type integer,
  add constraint top10_entries_rank_check check (rank >= 1),
  drop column previous_rank,
  drop column days_on_list;
