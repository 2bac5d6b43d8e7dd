-- Set where a target was registered when events might have gone already: what its engine holds must be built anew.
alter table outbox_cursors add column rebuild boolean not null default false;

-- PostgreSQL's own projections follow from the first event on; rows of before are in them already.
insert into outbox_cursors (target, partition, xid, id)
select target, partition, 0, 0
from unnest(array['catalog.postgres', 'search.postgres']) as target, generate_series(0, 3) as partition
on conflict do nothing;
