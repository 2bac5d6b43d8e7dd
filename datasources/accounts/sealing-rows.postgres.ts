import { setTimeout as sleep } from "node:timers/promises";

import type pg from "pg";

import { type KeyService } from "../../packages/envelope/index.js";
import { type Tenant } from "../core/tenant.js";
import { asTenant, tenantsOf } from "../engines/postgres/migrations/tenant-work.postgres.js";
import { sql, type Ask } from "../engines/postgres/store.postgres.js";
import { addressHash, outsideHash, sealedAddress } from "./addresses.js";
import { PersonKeys, sealOf, type KeyedHash } from "./person-keys.postgres.js";

/** Rows of one transaction. */
const BATCH = 1_000;
/** For how long transactions are waited for that may see rows as they were, and time between two looks. Milliseconds. */
const SEEN_MS = 60_000;
const LOOK_MS = 100;

/** Tables that had what identifies people in the clear. */
const TABLES = [
  "accounts",
  "profiles",
  "account_mails",
  "outside_accounts",
  "erasures",
  "account_export_parts",
];

interface Sealer {
  ask: Ask;
  tenant: Tenant;
  keys: PersonKeys;
  hash: KeyedHash;
}

/**
 * Seals what identifies people and is kept in the clear, from before it was sealed: in batches, each of which is done
 * wholly or not at all, so that it goes on where it was interrupted. In the end the tables are written anew, since what a
 * row was before stays in its file for a while.
 */
export async function sealRows(client: pg.Client, service: KeyService, schema: string): Promise<void> {
  const tenants = await tenantsOf(client, schema);
  if (tenants.length === 0) return;
  for (const id of tenants) await sealTenant(client, service, schema, id);
  await untilUnseen(client);
  for (const table of TABLES) await client.query(`vacuum full "${schema}"."${table}"`);
}

/**
 * Waits until no transaction is under way to which rows are still what they were: for its sake they would be written
 * anew with the others. Those count that see this database, and those that write anywhere on the server, since whoever
 * begins beside them, the rewriting itself included, goes by the oldest of them. None is waited for longer than a minute.
 */
async function untilUnseen(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ xid: string }>("select pg_current_xact_id()::text as xid");
  const seen = `select pg_snapshot_xmin(pg_current_snapshot()) <= $1::xid8 or exists (
      select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
        and age(backend_xmin) >= age(($1::xid8)::xid)) as seen`;
  for (let waited = 0; waited < SEEN_MS; waited += LOOK_MS) {
    const { rows: looks } = await client.query<{ seen: boolean }>(seen, [rows[0]?.xid]);
    if (looks[0]?.seen === false) return;
    await sleep(LOOK_MS);
  }
}

async function sealTenant(client: pg.Client, service: KeyService, schema: string, id: number): Promise<void> {
  const within = <T>(work: (ask: Ask) => Promise<T>) => asTenant(client, schema, id, work);
  const keys = new PersonKeys(
    {
      conclude: (_, work) =>
        within(async (ask) => {
          const last = await work(ask);
          return last ? ask(last) : [];
        }),
    },
    service,
  );
  // Of a tenant nothing but its id is asked for here.
  const tenant = { id } as Tenant;
  const hash = await keys.hashing(tenant);
  for (const seal of [sealAccounts, sealProfiles, sealMails, hashOutside, sealErasures]) {
    while ((await within((ask) => seal({ ask, tenant, keys, hash }))) === BATCH);
  }
}

/** @returns how many, {@link BATCH} where there may be more; as the others do. */
async function sealAccounts({ ask, tenant, keys, hash }: Sealer): Promise<number> {
  const plain = await ask<{ id: string; email: string }>(
    sql`select id, email from accounts where tenant_id = ${tenant.id}::int and email is not null limit ${BATCH}::int for update`,
  );
  const seals = await keys.forWriting(
    ask,
    tenant,
    plain.map(({ id }) => id),
  );
  const taken = await takenOf({ ask, tenant, hash }, plain);
  const rows = plain.map(({ id, email }) => {
    const address = sealedAddress(email, sealOf(seals, id), hash);
    // Two addresses that PostgreSQL's small letters took for two are found as they are written.
    const email_hash = taken.has(address.email_hash) ? hash(email) : address.email_hash;
    taken.add(email_hash);
    return { id, sealed: address.email_sealed, hash: email_hash };
  });
  await ask(
    sql`update accounts a set email = null, email_sealed = v.sealed, email_hash = v.hash
        from unnest(${rows.map(({ id }) => id)}::text[], ${rows.map(({ sealed }) => sealed)}::bytea[],
                    ${rows.map((row) => row.hash)}::text[]) as v (id, sealed, hash)
        where a.tenant_id = ${tenant.id}::int and a.id = v.id`,
  );
  return rows.length;
}

/** Hashes of the rows' addresses that other accounts have. */
async function takenOf(
  { ask, tenant, hash }: Omit<Sealer, "keys">,
  plain: readonly { email: string }[],
): Promise<Set<string>> {
  const hashes = plain.map(({ email }) => addressHash(email, hash));
  const rows = await ask<{ hash: string }>(
    sql`select email_hash as hash from accounts
        where tenant_id = ${tenant.id}::int and email_hash = any(${hashes}::text[])`,
  );
  return new Set(rows.map((row) => row.hash));
}

async function sealProfiles({ ask, tenant, keys }: Sealer): Promise<number> {
  const plain = await ask<{ id: string; name: string; owner: string }>(
    sql`select id, name, coalesce(account_id, id) as owner from profiles
        where tenant_id = ${tenant.id}::int and name_sealed is null and (name <> id or account_id is not null)
        limit ${BATCH}::int for update`,
  );
  const seals = await keys.forWriting(
    ask,
    tenant,
    plain.map(({ owner }) => owner),
  );
  const sealed = plain.map(({ id, name, owner }) => sealOf(seals, owner).seal(`name ${id}`, name));
  await ask(
    sql`update profiles p set name = null, name_sealed = v.sealed
        from unnest(${plain.map(({ id }) => id)}::text[], ${sealed}::bytea[]) as v (id, sealed)
        where p.tenant_id = ${tenant.id}::int and p.id = v.id`,
  );
  return plain.length;
}

async function sealMails({ ask, tenant, keys, hash }: Sealer): Promise<number> {
  const plain = await ask<{ id: string; email: string; account: string | null }>(
    sql`select id, email, account_id as account from account_mails
        where tenant_id = ${tenant.id}::int and email is not null limit ${BATCH}::int for update`,
  );
  const owners = plain.flatMap(({ account }) => account ?? []);
  const seals = await keys.forWriting(ask, tenant, owners);
  const sealed = plain.map(({ email, account }) =>
    account === null ? null : sealOf(seals, account).seal("address", email),
  );
  await ask(
    sql`update account_mails m set email = null, email_sealed = v.sealed, email_hash = v.hash
        from unnest(${plain.map(({ id }) => id)}::text[], ${sealed}::bytea[],
                    ${plain.map(({ email }) => addressHash(email, hash))}::text[]) as v (id, sealed, hash)
        where m.tenant_id = ${tenant.id}::int and m.id = v.id`,
  );
  return plain.length;
}

async function hashOutside({ ask, tenant, hash }: Sealer): Promise<number> {
  const plain = await ask<{ issuer: string; subject: string }>(
    sql`select issuer, subject from outside_accounts
        where tenant_id = ${tenant.id}::int and not hashed limit ${BATCH}::int for update`,
  );
  const hashes = plain.map((known) => outsideHash(known, hash));
  await ask(
    sql`update outside_accounts o set subject = v.hash, hashed = true
        from unnest(${plain.map(({ issuer }) => issuer)}::text[], ${plain.map(({ subject }) => subject)}::text[],
                    ${hashes}::text[]) as v (issuer, subject, hash)
        where o.tenant_id = ${tenant.id}::int and o.issuer = v.issuer and o.subject = v.subject`,
  );
  return plain.length;
}

async function sealErasures({ ask, tenant, keys, hash }: Sealer): Promise<number> {
  const plain = await ask<{ id: string; subject: { address: string } }>(
    sql`select id, subject from erasures
        where tenant_id = ${tenant.id}::int and subject is not null limit ${BATCH}::int for update`,
  );
  const seals = await keys.forWriting(
    ask,
    tenant,
    plain.map(({ id }) => id),
  );
  for (const { id, subject } of plain) {
    const { address } = subject;
    const text = JSON.stringify({
      ...subject,
      addressHash: address === "" ? "" : addressHash(address, hash),
    });
    await ask(
      sql`update erasures set subject = null, subject_sealed = ${sealOf(seals, id).seal("subject", text)},
            subject_hash = ${hash(text)}
          where tenant_id = ${tenant.id}::int and id = ${id}`,
    );
  }
  return plain.length;
}
