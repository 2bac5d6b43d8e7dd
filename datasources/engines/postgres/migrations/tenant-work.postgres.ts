import type pg from "pg";

import { searchPath } from "../statements.postgres.js";
import { type Ask } from "../transaction.postgres.js";

/** The tenants whose rows lie in a schema of this database. */
export async function tenantsOf(client: pg.Client, schema: string): Promise<number[]> {
  const { rows } = await client.query<{ id: number }>(
    "select id from marquee.tenants where schema_name = $1 order by id",
    [schema],
  );
  return rows.map(({ id }) => id);
}

/**
 * Runs `work` in a transaction on a connection of the owner, who may see the rows of all tenants: statements say which
 * tenant they are about, or name owners that no other has.
 */
export async function asTenant<T>(
  client: pg.Client,
  schema: string,
  tenant: number,
  work: (ask: Ask) => Promise<T>,
): Promise<T> {
  await client.query("begin");
  try {
    const settings = [searchPath({ schema }), String(tenant)];
    await client.query(
      "select set_config('search_path', $1, true), set_config('marquee.tenant', $2, true)",
      settings,
    );
    const result = await work(async (statement) => (await client.query(statement)).rows as never);
    await client.query("commit");
    return result;
  } catch (error) {
    await client.query("rollback");
    throw error;
  }
}
