import type pg from "pg";

import { type Tenant, type TenantServers } from "../core/tenant.js";
import { CONTROL_SCHEMA } from "../engines/postgres/migrations/migrate.postgres.js";
import { fence, inTransaction } from "./move-fence.postgres.js";

/** Above every attempt. */
const BEYOND = 2 ** 31 - 1;

/**
 * Keeps writers out of servers that a tenant has to itself and is about to leave, once none is at work any more. It stays so
 * whatever becomes of this process, until `settleFence`.
 *
 * @returns the attempt that the switch belongs to.
 */
export async function fenceOff(control: pg.Client, own: pg.Client, { id }: Tenant): Promise<number> {
  const attempt = await countOn(control, id);
  await inTransaction(own, async () => {
    await fence(own, id);
    await own.query(`update ${CONTROL_SCHEMA}.tenants set fenced = $2 where id = $1`, [id, attempt]);
  });
  return attempt;
}

/**
 * Ends a fence that nobody stands behind any more: where the registry says that the tenant is still there, it takes writes
 * again. An attempt to switch that is under way ends before or fails.
 */
export async function settleFence(
  control: pg.Client,
  own: pg.Client,
  { id }: Tenant,
  servers: TenantServers,
): Promise<void> {
  const attempt = await countOn(control, id);
  const { rows } = await control.query<{ postgres: string | null }>(
    `select servers ->> 'postgres' as postgres from ${CONTROL_SCHEMA}.tenants where id = $1`,
    [id],
  );
  if (rows[0]?.postgres === servers.postgres)
    await own.query(
      `update ${CONTROL_SCHEMA}.tenants set fenced = null, away = false where id = $1 and fenced <= $2`,
      [id, attempt],
    );
  else await leave(own, id);
}

/** Notes at the servers that a tenant has left that it has. */
export async function leave(own: pg.Client, id: number): Promise<void> {
  await own.query(
    `update ${CONTROL_SCHEMA}.tenants set away = true, fenced = null, capturing = false where id = $1`,
    [id],
  );
}

/** Waits for a switch that is under way. */
async function countOn(control: pg.Client, id: number): Promise<number> {
  const { rows } = await control.query<{ attempt: number }>(
    `update ${CONTROL_SCHEMA}.tenant_moves set attempt = attempt + 1 where tenant = $1 returning attempt`,
    [id],
  );
  return rows[0]?.attempt ?? BEYOND;
}
