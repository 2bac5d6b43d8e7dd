import type pg from "pg";

import { Refusal } from "../core/refusal.js";
import { type Tenant, type TenantTier } from "../core/tenant.js";
import { CONTROL_SCHEMA } from "../engines/postgres/migrations/migrate.postgres.js";
import { inTransaction } from "./move-fence.postgres.js";

/** What is noted of a tenant on its way. */
export interface Move {
  from_tier: TenantTier;
  from_schema: string;
  phase: "COPYING" | "SWITCHED" | "CONFIRMED";
}

/** A move that has switched. */
export interface SwitchedMove extends Move {
  /** How long ago. Milliseconds. */
  agoMs: number;
}

/** Notes a move that has been confirmed, while what it leaves is removed. */
export const CONFIRM = `
  insert into ${CONTROL_SCHEMA}.tenant_moves (tenant, from_tier, from_schema, to_tier, to_schema, phase)
  values ($1, $2, $3, $4, $5, 'CONFIRMED')`;

/** Notes a move that begins: from here on transactions note what they write. */
export async function note(
  client: pg.Client,
  { id, tier, schema }: Tenant,
  to: TenantTier,
  toSchema: string,
): Promise<void> {
  await inTransaction(client, async () => {
    await client.query(`delete from ${CONTROL_SCHEMA}.moved_rows where tenant_id = $1`, [id]);
    await client.query(
      `insert into ${CONTROL_SCHEMA}.tenant_moves (tenant, from_tier, from_schema, to_tier, to_schema, phase)
       values ($1, $2, $3, $4, $5, 'COPYING')`,
      [id, tier, schema, to, toSchema],
    );
    await client.query(`update ${CONTROL_SCHEMA}.tenants set capturing = true where id = $1`, [id]);
  });
}

/** The switch: one row. What engines hold is of the other place. */
export async function place(
  client: pg.Client,
  { id, epoch }: Tenant,
  tier: TenantTier,
  schema: string,
): Promise<void> {
  const { rowCount } = await client.query(
    `update ${CONTROL_SCHEMA}.tenants set tier = $3, schema_name = $4, epoch = epoch + 1 where id = $1 and epoch = $2`,
    [id, epoch, tier, schema],
  );
  if (rowCount !== 1) throw new Refusal(null, "TENANT_MOVING", "Somebody has moved this tenant meanwhile.");
  await client.query(`delete from ${CONTROL_SCHEMA}.projection_generations where tenant_id = $1`, [id]);
  await client.query(
    `update ${CONTROL_SCHEMA}.tenant_moves set phase = 'SWITCHED', switched_at = now() where tenant = $1`,
    [id],
  );
}

/** Ends a move, and the notes of what was written. */
export async function forget(client: pg.Client, { id }: Tenant): Promise<void> {
  await client.query(`delete from ${CONTROL_SCHEMA}.tenant_moves where tenant = $1`, [id]);
  await client.query(`update ${CONTROL_SCHEMA}.tenants set capturing = false where id = $1`, [id]);
  await client.query(`delete from ${CONTROL_SCHEMA}.moved_rows where tenant_id = $1`, [id]);
}

/** The move that has switched. @throws Refusal NOT_MOVED. */
export async function switched(client: pg.Client, { id }: Tenant): Promise<SwitchedMove> {
  const { rows } = await client.query<SwitchedMove>(
    `select from_tier, from_schema, phase,
            (extract(epoch from clock_timestamp() - switched_at) * 1000)::float8 as "agoMs"
     from ${CONTROL_SCHEMA}.tenant_moves where tenant = $1 and phase = 'SWITCHED'`,
    [id],
  );
  if (rows[0]) return rows[0];
  throw new Refusal(null, "NOT_MOVED", "No move of this tenant waits to be confirmed or undone.");
}
