import pg from "pg";

import { SHARED_SCHEMA } from "../engines/postgres/migrations/migrate.postgres.js";
import { inTransaction } from "./move-fence.postgres.js";
import { movableTables } from "./tenant-tables.postgres.js";

/** Removes a tenant's rows from a schema: the schema itself where that was its own. */
export async function removeRows(client: pg.Client, tenant: number, schema: string): Promise<void> {
  if (schema !== SHARED_SCHEMA) return dropSchema(client, schema);
  for (const { name } of await movableTables(client, schema))
    await client.query(
      `delete from ${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(name)} where tenant_id = $1`,
      [tenant],
    );
}

/** Drops a tenant's own schema; events that are still to be followed go on in the outbox of those that share one. */
async function dropSchema(client: pg.Client, schema: string): Promise<void> {
  const name = pg.escapeIdentifier(schema);
  const { rows } = await client.query<{ there: boolean }>("select to_regclass($1) is not null as there", [
    `${name}.outbox`,
  ]);
  await inTransaction(client, async () => {
    if (rows[0]?.there)
      await client.query(
        `with moved as (delete from ${name}.outbox returning *) insert into ${SHARED_SCHEMA}.outbox select * from moved`,
      );
    await client.query(`drop schema if exists ${name} cascade`);
  });
}
