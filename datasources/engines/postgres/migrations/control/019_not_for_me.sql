-- Projections follow what profiles do not want to be shown.
alter table outbox drop constraint outbox_topic_check;
alter table outbox add constraint outbox_topic_check check (topic in ('TITLE', 'WATCH', 'PROFILE', 'NOT_FOR_ME'));
