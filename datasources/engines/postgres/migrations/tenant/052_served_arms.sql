-- What experiments have served, for their figures: who was served how many lists by which arms, without the lists.
create index served_lists_arms on served_lists (tenant_id, profile_id, at) include (arms) where arms <> '{}';
