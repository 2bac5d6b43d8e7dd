import { describe, expect, it } from "vitest";

import { type Tenant } from "../../datasources/core/tenant.js";
import { type KeyService } from "../../packages/envelope/index.js";
import { testAccountKeys } from "../../scripts/test-keys.js";
import { useDatabase } from "../support/fixtures.js";
import { openTestStores, testRequest } from "../support/stores.js";

const ACCOUNTS = 1_100;
const database = useDatabase();

const open = (accountKeys: KeyService) => openTestStores(database.url, accountKeys);

/** Undoes what came with keys of people, in a schema without any. */
const asBefore = (schema: string) => `
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

/** People as they were kept in the clear, one of them with an address that small letters make two of. */
const people = ({ id, schema }: Tenant) => `
  set search_path = ${schema}, public;
  insert into accounts (tenant_id, id, email, password_hash, country)
    select ${id}, 'a' || n, 'Plain' || n || '@Example.com', 'none', 'US' from generate_series(1, ${ACCOUNTS}) n;
  insert into profiles (tenant_id, id, account_id, name)
    select ${id}, 'p' || n, 'a' || n, 'Plainly ' || n from generate_series(1, ${ACCOUNTS}) n;
  insert into profiles (tenant_id, id, name) values (${id}, 'imported', 'imported'), (${id}, 'lone', 'Plainly lone');
  insert into account_mails (tenant_id, id, account_id, kind, email, token_hash, expires_at)
    values (${id}, 'm', 'a1', 'VERIFY', 'plain1@example.com', 'token', now() + interval '1 day'),
           (${id}, 'n', null, 'RESET', 'PLAIN2@example.com', null, now() + interval '1 day');
  insert into outside_accounts (tenant_id, issuer, subject, account_id, told_at)
    values (${id}, 'https://id.example', 'plain-subject', 'a3', now());
  insert into erasures (tenant_id, id, state, subject, audit_name)
    values (${id}, 'e', 'PENDING', '{"account": "a4", "address": "Plain4@Example.com", "profiles": ["p4"], "names": ["Plainly 4"]}', '');
  insert into account_exports (tenant_id, id, account_id, state, expires_at)
    values (${id}, 'x', 'a5', 'READY', now() + interval '1 day');
  insert into account_export_parts (tenant_id, export_id, position, part) values (${id}, 'x', 0, 'Plainly zipped');
  reset search_path`;

/** Files of tables, as they lie on the disk, in which a text is. */
async function filesWith(schema: string, text: string): Promise<string[]> {
  await database.query("checkpoint");
  const found = await database.query<{ name: string }>(
    `select relname as name from pg_class
     where relnamespace = $1::regnamespace and relkind in ('r', 'i') and pg_relation_filepath(oid) is not null
       and position($2::bytea in pg_read_binary_file(pg_relation_filepath(oid))) > 0`,
    [schema, Buffer.from(text)],
  );
  return found.map(({ name }) => name);
}

/** Keys that fail after so many were wrapped: the process ends in the middle. */
function ending(after: number): KeyService {
  let left = after;
  const wrap: KeyService["wrap"] = (key) =>
    (left -= 1) < 0 ? Promise.reject(new Error("The process ended")) : testAccountKeys.wrap(key);
  const { keyId } = testAccountKeys;
  return { keyId, has: (id) => id === keyId, wrap, unwrap: (key) => testAccountKeys.unwrap(key) };
}

describe("a database of before what identifies people was sealed", () => {
  it("has it sealed at the start, goes on where that was interrupted, and leaves no byte of it in tables", async () => {
    const before = await open(testAccountKeys);
    const make = (slug: string, tier: "SHARED" | "ISOLATED") =>
      before.tenants.create({ slug, name: slug, tier, defaultCountry: "US" });
    const tenants = [await make("beside", "SHARED"), await make("apart", "ISOLATED")];
    await before.close();
    for (const tenant of tenants) {
      await database.query(asBefore(tenant.schema));
      await database.query(people(tenant));
    }
    expect(await filesWith("shared", "Plainly 77")).toEqual(["profiles"]);

    await expect(open(ending(ACCOUNTS - 50))).rejects.toThrow("The process ended");
    await expect(open(ending(ACCOUNTS + 60))).rejects.toThrow("The process ended");
    const stores = await open(testAccountKeys);
    for (const tenant of tenants) {
      const credentials = (email: string) => stores.accounts.credentials(testRequest(tenant), email);
      for (const n of [1, 77, ACCOUNTS])
        expect(await credentials(`pLAIN${n}@example.com`)).toMatchObject({ accountId: `a${n}` });
      const ids = ["imported", "lone", ...Array.from({ length: ACCOUNTS }, (_, n) => `p${n + 1}`)];
      const found = await stores.accounts.profilesByIds(testRequest(tenant), ids);
      expect(ids.map((id) => found.get(id)?.name)).toEqual(
        ids.map((id) => (id === "imported" ? id : `Plainly ${id.replace(/^p/, "")}`)),
      );
      const address = await stores.accountCredentials.addressOfToken(testRequest(tenant), "VERIFY", "token");
      expect(address).toBe("plain1@example.com");
      expect(await stores.mails.claim(tenant, "n")).toMatchObject({ email: "Plain2@Example.com" });
      expect((await stores.privacy.openErasure(tenant, "e"))?.marks).toMatchObject({
        address: "Plain4@Example.com",
        names: ["Plainly 4"],
      });
      const met = await stores.outsideAccounts.meet(tenant, {
        issuer: "https://id.example",
        subject: "plain-subject",
        email: null,
        roles: ["VIEWER"],
        toldAt: new Date(),
        session: `outside-${tenant.id}`,
        expiresAt: new Date(Date.now() + 60_000),
      });
      expect(met?.account).toBe("a3");
      const request = testRequest(tenant);
      expect(await stores.privacy.findExport(request, "x")).toMatchObject({ state: "PENDING" });
      await stores.privacy.runExport(tenant, "x");
      expect(await stores.privacy.findExport(request, "x")).toMatchObject({ state: "READY" });
      for (const text of ["Plain", "plain1@", "PLAIN2", "plain-subject"])
        expect(await filesWith(tenant.schema, text), `${tenant.schema}: ${text}`).toEqual([]);
    }
    await stores.close();
  });
});
