import type pg from "pg";

import { Refusal } from "../core/refusal.js";
import { type Placement, type Tenant } from "../core/tenant.js";
import { CONTROL_SCHEMA } from "../engines/postgres/migrations/migrate.postgres.js";
import { inTransaction, TooLongError } from "./move-fence.postgres.js";
import { type Side } from "./move-session.postgres.js";

/** What is noted of a tenant on its way. */
export interface Move {
  from: Placement;
  to: Placement;
  phase: "COPYING" | "SWITCHED" | "CONFIRMED";
  /** How long ago it switched; null where it did not. Milliseconds. */
  agoMs: number | null;
}

const MOVE = `
  select jsonb_build_object('tier', from_tier, 'schema', from_schema, 'servers', from_servers) as "from",
         jsonb_build_object('tier', to_tier, 'schema', to_schema, 'servers', to_servers) as "to", phase,
         (extract(epoch from clock_timestamp() - switched_at) * 1000)::float8 as "agoMs"
  from ${CONTROL_SCHEMA}.tenant_moves where tenant = $1`;
const NOTE = `
  insert into ${CONTROL_SCHEMA}.tenant_moves
    (tenant, from_tier, from_schema, from_servers, to_tier, to_schema, to_servers, phase)
  values ($1, $2, $3, $4, $5, $6, $7, $8)`;

const json = (value: object | null) => value && JSON.stringify(value);
const noteOf = ({ id }: Tenant, from: Placement, to: Placement, phase: Move["phase"]) => [
  id,
  from.tier,
  from.schema,
  json(from.servers),
  to.tier,
  to.schema,
  json(to.servers),
  phase,
];

/** Notes a move that begins: from here on transactions note what they write, and gateways open where it goes. */
export async function note(control: pg.Client, tenant: Tenant, from: Side, to: Placement): Promise<void> {
  await inTransaction(control, async () => {
    await control.query(NOTE, noteOf(tenant, from, to, "COPYING"));
    await expect(control, tenant, to);
  });
  await capture(from.client, tenant);
}

/** Tells gateways where a tenant is about to be. */
export async function expect(control: pg.Client, { id }: Tenant, { servers }: Placement): Promise<void> {
  await control.query(`update ${CONTROL_SCHEMA}.tenants set expected = $2 where id = $1`, [
    id,
    json(servers),
  ]);
}

async function capture(client: pg.Client, { id }: Tenant): Promise<void> {
  await inTransaction(client, async () => {
    await client.query(`delete from ${CONTROL_SCHEMA}.moved_rows where tenant_id = $1`, [id]);
    await client.query(`update ${CONTROL_SCHEMA}.tenants set capturing = true where id = $1`, [id]);
  });
}

/** Ends the notes of what is written. */
export async function release(client: pg.Client, { id }: Tenant): Promise<void> {
  await client.query(`update ${CONTROL_SCHEMA}.tenants set capturing = false where id = $1 and capturing`, [
    id,
  ]);
  await client.query(`delete from ${CONTROL_SCHEMA}.moved_rows where tenant_id = $1`, [id]);
}

/**
 * The switch: one row. What engines hold is of the other place.
 *
 * @param attempt that it belongs to, where others may have ended that; null where they cannot.
 * @throws TooLongError where they have, Refusal where the tenant is elsewhere.
 */
export async function place(
  control: pg.Client,
  { id, epoch }: Tenant,
  { tier, schema, servers }: Placement,
  attempt: number | null,
): Promise<void> {
  const { rowCount } = await control.query(
    `update ${CONTROL_SCHEMA}.tenants
     set tier = $3, schema_name = $4, servers = $5, epoch = epoch + 1, expected = null, capturing = $5::jsonb is null
     where id = $1 and epoch = $2`,
    [id, epoch, tier, schema, json(servers)],
  );
  const noted = await control.query(
    `update ${CONTROL_SCHEMA}.tenant_moves set phase = 'SWITCHED', switched_at = now()
     where tenant = $1 and attempt = coalesce($2, attempt)`,
    [id, attempt],
  );
  // Who took the fence for one that nobody stands behind has ended the attempt: it took too long.
  if (rowCount === 1 && noted.rowCount === 0 && attempt !== null) throw new TooLongError();
  if (rowCount !== 1 || noted.rowCount !== 1)
    throw new Refusal(null, "TENANT_MOVING", "Somebody has moved this tenant meanwhile.");
  await control.query(`delete from ${CONTROL_SCHEMA}.projection_generations where tenant_id = $1`, [id]);
}

/** Ends a move, and the notes of what was written. */
export async function forget(control: pg.Client, tenant: Tenant): Promise<void> {
  await control.query(`delete from ${CONTROL_SCHEMA}.tenant_moves where tenant = $1`, [tenant.id]);
  await expect(control, tenant, { tier: tenant.tier, schema: tenant.schema, servers: null });
  await release(control, tenant);
}

/**
 * Notes that the way back is given up, until what is left there has been removed. What is written is noted for as long:
 * an erasure sees by it that somebody may be left elsewhere.
 */
export async function confirmed(
  control: pg.Client,
  tenant: Tenant,
  { from, to }: Pick<Move, "from" | "to">,
): Promise<void> {
  await control.query(`delete from ${CONTROL_SCHEMA}.tenant_moves where tenant = $1`, [tenant.id]);
  await control.query(NOTE, noteOf(tenant, from, to, "CONFIRMED"));
}

/** The move of a tenant that is noted. */
export async function moveOf(control: pg.Client, { id }: Tenant): Promise<Move | null> {
  return (await control.query<Move>(MOVE, [id])).rows[0] ?? null;
}

/** The move that has switched. @throws Refusal NOT_MOVED. */
export async function switched(control: pg.Client, tenant: Tenant): Promise<Move> {
  const move = await moveOf(control, tenant);
  if (move?.phase === "SWITCHED") return move;
  throw new Refusal(null, "NOT_MOVED", "No move of this tenant waits to be confirmed or undone.");
}
