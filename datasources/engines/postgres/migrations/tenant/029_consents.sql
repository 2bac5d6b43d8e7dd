-- What an account has agreed to over time, and to which text.
alter table consents add column text_version text;
create index consents_not_personal on consents (tenant_id, account_id) where not personalisation;
create index consents_not_measured on consents (tenant_id, account_id) where not measurement;

create table consent_changes (
  tenant_id integer not null,
  account_id text not null,
  at timestamptz not null default clock_timestamp(),
  personalisation boolean not null,
  measurement boolean not null,
  marketing boolean not null,
  -- The text that was shown; null: nobody noted it.
  text_version text,
  primary key (tenant_id, account_id, at),
  foreign key (tenant_id, account_id) references accounts on delete cascade
);
comment on table consent_changes is 'append-only';

-- Whether it holds more than the events say, because some were not kept, or are nobody's any more.
alter table title_progress add column unmeasured boolean not null default false;

-- What was agreed to so far becomes the beginning of the history; what has not been agreed to is not kept any longer.
do $$
declare
  tenant record;
  salt text := gen_random_uuid()::text;
begin
  for tenant in select id from marquee.tenants where schema_name = current_schema() loop
    perform set_config('marquee.tenant', tenant.id::text, true);
    insert into consent_changes (tenant_id, account_id, at, personalisation, measurement, marketing)
    select tenant_id, account_id, updated_at, personalisation, measurement, marketing from consents
    where tenant_id = tenant.id;
    update viewing_events e
    set profile_id = 'deleted-' || md5(salt || e.profile_id || e.title_id || (e.at at time zone 'UTC')::date::text),
        id = 'deleted-' || md5(salt || e.id)
    from profiles p join consents c on c.tenant_id = p.tenant_id and c.account_id = p.account_id
    where e.tenant_id = tenant.id and p.tenant_id = tenant.id and p.id = e.profile_id and not c.measurement;
    update title_progress t set unmeasured = true, counted_seconds = null
    from profiles p join consents c on c.tenant_id = p.tenant_id and c.account_id = p.account_id
    where t.tenant_id = tenant.id and p.tenant_id = tenant.id and p.id = t.profile_id and not c.measurement;
    insert into outbox (tenant_id, partition, topic, entity, revision, state)
    select p.tenant_id, abs(hashtext(p.id) % 4), 'PROFILE', p.id, 2, '{"deleted": true}'
    from profiles p join consents c on c.tenant_id = p.tenant_id and c.account_id = p.account_id
    where p.tenant_id = tenant.id and not c.personalisation;
  end loop;
end $$;
