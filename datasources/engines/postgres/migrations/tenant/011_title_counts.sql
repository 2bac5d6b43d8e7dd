-- Counts of titles look at nothing but what the rules of viewing and the most usual filters ask for: with all of it in
-- one index they never touch the rows, which are wide.
create index catalog_titles_counts on catalog_titles (tenant_id, state, maturity_age, kind, release_year, id);
