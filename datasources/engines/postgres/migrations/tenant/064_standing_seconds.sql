-- What progress that stands for itself says of that, where it was made before it could. Apart from the columns, since whoever
-- changes a table has it alone until the end. Of an event that was told at two instants the last holds.
do $$
declare
  tenant record;
begin
  for tenant in select id from marquee.tenants where schema_name = current_schema() loop
    perform set_config('marquee.tenant', tenant.id::text, true);
    update title_progress p
    set unmeasured_until = p.last_watched_at,
        unmeasured_seconds = greatest(0, p.watched_seconds - coalesce((
          select sum(seconds) from (
            select distinct on (e.id) e.seconds from viewing_events e
            where e.tenant_id = tenant.id and e.profile_id = p.profile_id
              and e.title_id = any(array(
                select h.title_id from title_heads h where h.tenant_id = tenant.id and h.merged_into = p.title_id
              ) || p.title_id)
              and e.at between p.first_watched_at and p.last_watched_at
            order by e.id, e.recorded_at desc, e.at desc
          ) told
        ), 0))
    where p.tenant_id = tenant.id and p.unmeasured;
  end loop;
end $$;
