-- Which title led to which other, and from when on: append-only. A chain is written out, so that a title's latest row
-- before an instant names the one that it was then.
create table title_merges (
  tenant_id integer not null,
  title_id text not null,
  into_id text not null,
  merged_at timestamptz not null,
  primary key (tenant_id, title_id, merged_at)
);
