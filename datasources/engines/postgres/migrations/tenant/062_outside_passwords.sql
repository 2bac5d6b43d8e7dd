-- Whom an identity provider signs in has no password here: one that was set by a mail, and the sessions that it opened, would
-- go on when the provider lets nobody in any more.
do $$
declare
  tenant record;
begin
  for tenant in select id from marquee.tenants where schema_name = current_schema() loop
    perform set_config('marquee.tenant', tenant.id::text, true);
    update accounts a set password_hash = 'none' from outside_accounts o
    where a.tenant_id = tenant.id and o.tenant_id = tenant.id and o.account_id = a.id and a.password_hash <> 'none';
    -- Those of the provider's tokens are never prolonged.
    delete from sessions s using outside_accounts o
    where s.tenant_id = tenant.id and o.tenant_id = tenant.id and o.account_id = s.account_id and s.prolongable;
    delete from account_mails m using outside_accounts o
    where m.tenant_id = tenant.id and o.tenant_id = tenant.id and o.account_id = m.account_id and m.kind = 'RESET';
  end loop;
end $$;
