import pg from "pg";

import { type Placement, type Tenant } from "../core/tenant.js";
import { CONTROL_SCHEMA, SHARED_SCHEMA } from "../engines/postgres/migrations/migrate.postgres.js";
import { inTransaction } from "./move-fence.postgres.js";
import { type Side } from "./move-session.postgres.js";
import { eraseRows } from "./tenant-erasing.postgres.js";
import { movableTables } from "./tenant-tables.postgres.js";

/**
 * Removes what a tenant has in a place where it is not.
 *
 * @param lives where it is.
 */
export async function clear(side: Side, tenant: Tenant, lives: Placement): Promise<void> {
  const { client, schema, servers } = side;
  if (servers?.postgres === lives.servers?.postgres) return removeRows(client, tenant.id, schema);
  // Nothing there is of any use where it is in another database.
  await eraseRows(client, { ...tenant, schema });
  if (servers) await client.query(`delete from ${CONTROL_SCHEMA}.tenants where id = $1`, [tenant.id]);
}

/** Removes a tenant's rows from a schema: the schema itself where that was its own. */
async function removeRows(client: pg.Client, tenant: number, schema: string): Promise<void> {
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
