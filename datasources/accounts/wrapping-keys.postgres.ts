import type pg from "pg";
import sql from "sql-template-tag";

import { type KeyService, type WrappedKey } from "../../packages/envelope/index.js";
import { StartupError } from "../../packages/process/startup-error.js";
import { asTenant, tenantsOf } from "../engines/postgres/migrations/tenant-work.postgres.js";
import { type MigrationWork } from "../engines/postgres/migrations/migrate.postgres.js";
import { type Ask } from "../engines/postgres/store.postgres.js";
import { sealRows } from "./sealing-rows.postgres.js";

/** Keys of one transaction. */
const BATCH = 1_000;

/** What the keys of people take when a database is brought to this version, and at every start after that. */
export function sealingWork(service: KeyService): MigrationWork {
  return {
    begin: (client) => checkKeys(client, service),
    before: { sealed: (client, schema) => sealRows(client, service, schema) },
    end: (client, schema) => wrapAnew(client, service, schema),
  };
}

/** @throws StartupError where what is kept was wrapped by keys that are not there. */
async function checkKeys(client: pg.Client, service: KeyService): Promise<void> {
  const known = await keyIds(client);
  if (known.length > 0 && !known.some((id) => service.has(id))) throw otherKeys(known, service);
  await client.query("insert into marquee.wrapping_keys (key_id) values ($1) on conflict do nothing", [
    service.keyId,
  ]);
}

async function keyIds(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ key_id: string }>(
    "select key_id from marquee.wrapping_keys order by since",
  );
  return rows.map(({ key_id }) => key_id);
}

function otherKeys(found: readonly string[], { keyId }: KeyService): StartupError {
  return new StartupError(
    `What identifies people in this database is sealed with the account key ${found.join(", ")}, and this Marquee has another (${keyId}). Set MARQUEE_ACCOUNT_KEY to the key that it was made with; to change it, name the new one first and the old one behind it.`,
  );
}

/** Wraps by the newest key what older ones have wrapped. @throws StartupError where one of these is not there. */
async function wrapAnew(client: pg.Client, service: KeyService, schema: string): Promise<void> {
  const older = (await keyIds(client)).filter((id) => id !== service.keyId);
  if (older.length === 0) return;
  for (const tenant of await tenantsOf(client, schema)) {
    const within = <T>(work: (ask: Ask) => Promise<T>) => asTenant(client, schema, tenant, work);
    while ((await within((ask) => wrapSome(ask, tenant, service))) === BATCH);
  }
}

async function wrapSome(ask: Ask, tenant: number, service: KeyService): Promise<number> {
  const old = await ask<WrappedKey & { owner: string }>(
    sql`select owner, key_id as "keyId", wrapped from person_keys
        where tenant_id = ${tenant}::int and key_id <> ${service.keyId} limit ${BATCH}::int for update`,
  );
  const missing = old.map(({ keyId }) => keyId).filter((id) => !service.has(id));
  if (missing.length > 0) throw otherKeys([...new Set(missing)], service);
  const wrapped = await Promise.all(old.map(async (key) => service.wrap(await service.unwrap(key))));
  await ask(
    sql`update person_keys k set key_id = ${service.keyId}, wrapped = v.wrapped
        from unnest(${old.map(({ owner }) => owner)}::text[], ${wrapped.map((key) => key.wrapped)}::bytea[])
          as v (owner, wrapped)
        where k.tenant_id = ${tenant}::int and k.owner = v.owner`,
  );
  return old.length;
}
