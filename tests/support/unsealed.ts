import { type Tenant } from "../../datasources/core/tenant.js";
import { type Stores } from "../../datasources/stores/stores.js";

/** Undoes what came with keys of people, in a schema without any. */
export const asBefore = (schema: string) => `
  set search_path = ${schema}, public;
  delete from schema_migrations where name in ('person_keys', 'sealed');
  drop table person_keys;
  alter table accounts drop column email_sealed, drop column email_hash, add column email text not null;
  create unique index accounts_email on accounts (tenant_id, lower(email));
  alter table profiles drop constraint profiles_name, drop constraint profiles_named, drop column name_sealed,
    alter column name set not null;
  alter table account_mails drop column email_sealed, drop column email_hash, add column email text not null;
  alter table erasures drop column subject_sealed, drop column subject_hash, add column subject jsonb;
  reset search_path`;

/** People as they were kept in the clear, whose names and addresses begin with `mark`. */
export const people = ({ id, schema }: Tenant, accounts: number, mark: string) => `
  set search_path = ${schema}, public;
  insert into accounts (tenant_id, id, email, password_hash, country)
    select ${id}, 'a' || n, '${mark}' || n || '@Example.com', 'none', 'US' from generate_series(1, ${accounts}) n;
  insert into profiles (tenant_id, id, account_id, name)
    select ${id}, 'p' || n, 'a' || n, '${mark}ly ' || n from generate_series(1, ${accounts}) n;
  insert into profiles (tenant_id, id, name) values (${id}, 'imported', 'imported'), (${id}, 'lone', '${mark}ly lone');
  insert into account_mails (tenant_id, id, account_id, kind, email, token_hash, expires_at)
    values (${id}, 'm', 'a1', 'VERIFY', '${mark.toLowerCase()}1@example.com', 'token', now() + interval '1 day'),
           (${id}, 'n', null, 'RESET', '${mark.toUpperCase()}2@example.com', null, now() + interval '1 day');
  insert into outside_accounts (tenant_id, issuer, subject, account_id, told_at)
    values (${id}, 'https://id.example', 'plain-subject', 'a3', now());
  insert into erasures (tenant_id, id, state, subject, audit_name)
    values (${id}, 'e', 'PENDING', '{"account": "a4", "address": "${mark}4@Example.com", "profiles": ["p4"], "names": ["${mark}ly 4"]}', '');
  insert into account_exports (tenant_id, id, account_id, state, expires_at)
    values (${id}, 'x', 'a5', 'READY', now() + interval '1 day');
  insert into account_export_parts (tenant_id, export_id, position, part) values (${id}, 'x', 0, '${mark}ly zipped');
  reset search_path`;

/**
 * Has somebody come from the outside provider who is among these people, as `a3`; somebody new where nobody is.
 *
 * @param email what the provider has verified of them.
 */
export function meetOutside(stores: Stores, tenant: Tenant, email: string | null = null) {
  return stores.outsideAccounts.meet(tenant, {
    issuer: "https://id.example",
    subject: "plain-subject",
    email,
    roles: ["VIEWER"],
    toldAt: new Date(),
    session: `outside-${tenant.id}`,
    expiresAt: new Date(Date.now() + 60_000),
  });
}
