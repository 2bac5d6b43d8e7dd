-- Progress that stands for itself (`unmeasured`), because its events were not kept or are nobody's any more: until when, and with
-- how much of what was watched. What is imported again of before is known by that; what came since is known by its events.
alter table title_progress
  add column unmeasured_until timestamptz,
  add column unmeasured_seconds integer not null default 0;

do $$
declare
  tenant record;
begin
  for tenant in select id from marquee.tenants where schema_name = current_schema() loop
    perform set_config('marquee.tenant', tenant.id::text, true);
    update title_progress p
    set unmeasured_until = p.last_watched_at,
        unmeasured_seconds = greatest(0, p.watched_seconds - coalesce((
          select sum(e.seconds) from viewing_events e
          where e.tenant_id = tenant.id and e.profile_id = p.profile_id
            and e.title_id = any(array(
              select h.title_id from title_heads h where h.tenant_id = tenant.id and h.merged_into = p.title_id
            ) || p.title_id)
            and e.at between p.first_watched_at and p.last_watched_at
        ), 0))
    where p.tenant_id = tenant.id and p.unmeasured;
  end loop;
end $$;
