-- How much a title is watched soon after another, beside how alike they are: an edge may say one without the other.
alter table similar_titles add column next real not null default 0;
alter table similar_titles drop constraint similar_titles_weight_check;
alter table similar_titles add constraint similar_titles_check
  check (weight >= 0 and next >= 0 and (weight > 0 or next > 0)) not valid;
alter table kept_edges add column next real not null default 0;

-- As before, a title's edges are read without touching the table.
drop index similar_titles_strongest;
create index similar_titles_strongest on similar_titles (tenant_id, from_id, weight desc, to_id) include (next);
