import { setTimeout as sleep } from "node:timers/promises";

import pg from "pg";

import { Refusal } from "../core/refusal.js";
import { type Tenant, type TenantTier } from "../core/tenant.js";
import {
  CONTROL_SCHEMA,
  migrateTenantSchema,
  SHARED_SCHEMA,
} from "../engines/postgres/migrations/migrate.postgres.js";
import {
  barrier,
  busy,
  fence,
  inTransaction,
  isTimeout,
  PAUSE_MS,
  RETRY_MS,
  TRIES,
} from "./move-fence.postgres.js";
import { CONFIRM, forget, note, place, switched, type Move } from "./move-notes.postgres.js";
import { removeRows } from "./row-removing.postgres.js";
import { bringRows, carryCounters, copyTable, type Way } from "./row-moving.postgres.js";
import { movableTables, type MovableTable } from "./tenant-tables.postgres.js";
import { ownSchemaOf } from "./tenants.postgres.js";

/** What a mover holds while it is at work. */
const MOVER = 1_835_102_066;
/** Notes that are brought at once, and few enough to be brought behind the fence. */
const BATCH = 5_000;
const FEW = 200;

/** A move that has switched. */
export interface Moved {
  /** For how long nobody could write. Milliseconds. */
  pauseMs: number;
  /** Rows that were copied before. */
  rows: number;
}

/** Told of the tables that have been copied, and how many there are. */
export type MoveProgress = (done: number, total: number) => void;

/**
 * Moves the rows of tenants between the schemas of one database, while they are read and written. From the beginning on
 * transactions note which rows they write; everything is copied, then what was noted, again and again, until little is
 * left. The rest is brought behind a fence that writers wait at, in the transaction that switches. Whatever ends the
 * process, a tenant is where the registry says.
 */
export class TenantMover {
  /** @param adminUrl a URL whose role is superuser, or may set session_replication_role. */
  constructor(private readonly adminUrl: string) {}

  /** @throws Refusal TENANT_MOVING where a move of it is under way, or waits to be confirmed. */
  move(tenant: Tenant, tier: "SHARED" | "ISOLATED", onProgress: MoveProgress = () => {}): Promise<Moved> {
    return this.#alone(tenant, async (client) => {
      await this.#abandon(client, tenant);
      const to = tier === "SHARED" ? SHARED_SCHEMA : ownSchemaOf(tenant.slug);
      if (to === tenant.schema) throw new Refusal("tier", "NOT_MOVED", `${tenant.slug} is ${tier} already.`);
      const way = { tenant: tenant.id, from: tenant.schema, to };
      // What an earlier one that was ended has left.
      await removeRows(client, tenant.id, to);
      if (tier === "ISOLATED") await migrateTenantSchema(this.adminUrl, to);
      await note(client, tenant, tier, to);
      try {
        const rows = await this.#copy(client, way, onProgress);
        const pauseMs = await this.#switch(client, way, (at) => place(at, tenant, tier, to));
        return { rows, pauseMs };
      } catch (error) {
        await this.#abandon(client, tenant);
        throw error;
      }
    });
  }

  /** Takes a tenant back to where it was, with everything that was written since. @throws Refusal NOT_MOVED. */
  undo(tenant: Tenant): Promise<Moved> {
    return this.#alone(tenant, async (client) => {
      const { from_tier: tier, from_schema: to } = await switched(client, tenant);
      const way = { tenant: tenant.id, from: tenant.schema, to };
      const pauseMs = await this.#switch(client, way, async (at) => {
        await place(at, tenant, tier, to);
        await forget(at, tenant);
      });
      return { rows: 0, pauseMs };
    });
  }

  /** Gives up the way back, and removes what is left there. @throws Refusal NOT_MOVED. */
  confirm(tenant: Tenant): Promise<void> {
    return this.#alone(tenant, async (client) => {
      const { from_tier: tier, from_schema: schema } = await switched(client, tenant);
      await inTransaction(client, async () => {
        await forget(client, tenant);
        await client.query(CONFIRM, [tenant.id, tier, schema, tenant.tier, tenant.schema]);
      });
      await this.#abandon(client, tenant);
    });
  }

  /** Where a tenant was before it was moved, and how long ago that was. Milliseconds. @throws Refusal NOT_MOVED. */
  before(tenant: Tenant): Promise<{ tier: TenantTier; schema: string; agoMs: number }> {
    return this.#alone(tenant, async (client) => {
      const { from_tier: tier, from_schema: schema, agoMs } = await switched(client, tenant);
      return { tier, schema, agoMs };
    });
  }

  /** Removes what a tenant has left where it no longer is. */
  sweep(tenant: Tenant, schema: string): Promise<void> {
    return this.#alone(tenant, (client) => removeRows(client, tenant.id, schema));
  }

  async #copy(client: pg.Client, way: Way, onProgress: MoveProgress): Promise<number> {
    await barrier(client, way.tenant);
    await mirrorDays(client, way);
    const tables = await movableTables(client, way.from);
    let rows = 0;
    for (const [done, table] of tables.entries()) {
      rows += await copyTable(client, way, table);
      onProgress(done + 1, tables.length);
    }
    return rows;
  }

  /** Catches up, then switches behind the fence. @returns for how long writers could not go on. Milliseconds. */
  async #switch(client: pg.Client, way: Way, place: (client: pg.Client) => Promise<void>): Promise<number> {
    const tables = await movableTables(client, way.from);
    for (let tries = TRIES; tries > 0; tries -= 1) {
      while ((await inTransaction(client, () => bringNoted(client, way, tables))) > FEW);
      await mirrorDays(client, way);
      const paused = await this.#behindFence(client, way, tables, place);
      if (paused !== null) return paused;
      await sleep(RETRY_MS);
    }
    throw busy();
  }

  /** @returns null where writers would have had to wait too long: nothing has happened then. */
  async #behindFence(
    client: pg.Client,
    way: Way,
    tables: readonly MovableTable[],
    place: (client: pg.Client) => Promise<void>,
  ): Promise<number | null> {
    const started = performance.now();
    try {
      return await inTransaction(client, async () => {
        await fence(client, way.tenant);
        await bringNoted(client, way, tables);
        await carryCounters(client, way, tables);
        await place(client);
        const paused = performance.now() - started;
        if (paused > PAUSE_MS) throw new TooLongError();
        await client.query(`update ${CONTROL_SCHEMA}.tenant_moves set pause_ms = $2 where tenant = $1`, [
          way.tenant,
          paused,
        ]);
        return paused;
      });
    } catch (error) {
      if (error instanceof TooLongError || isTimeout(error)) return null;
      throw error;
    }
  }

  /** Clears away a move that did not come to its switch, or has been confirmed. @throws Refusal where one has switched. */
  async #abandon(client: pg.Client, tenant: Tenant): Promise<void> {
    const { rows } = await client.query<Move & { to_schema: string }>(
      `select from_tier, from_schema, to_schema, phase from ${CONTROL_SCHEMA}.tenant_moves where tenant = $1`,
      [tenant.id],
    );
    const [move] = rows;
    if (!move) return;
    if (move.phase === "SWITCHED")
      throw new Refusal(null, "TENANT_MOVING", "The last move waits to be confirmed or undone.");
    await removeRows(client, tenant.id, move.phase === "COPYING" ? move.to_schema : move.from_schema);
    await inTransaction(client, () => forget(client, tenant));
  }

  /** One at a time works on a tenant; triggers and references rest on its connection, which writes rows as they were. */
  async #alone<T>(tenant: Tenant, work: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = new pg.Client({
      connectionString: this.adminUrl,
      application_name: "marquee-mover",
      options: "-c TimeZone=UTC -c jit=off -c session_replication_role=replica",
    });
    await client.connect();
    try {
      await client.query("select set_config('marquee.tenant', $1, false)", [String(tenant.id)]);
      const { rows } = await client.query<{ free: boolean }>("select pg_try_advisory_lock($1, $2) as free", [
        MOVER,
        tenant.id,
      ]);
      if (!rows[0]?.free)
        throw new Refusal(null, "TENANT_MOVING", "Somebody is moving this tenant just now.");
      return await work(client);
    } finally {
      await client.end();
    }
  }
}

/** Brings a batch of what was noted. @returns how much that was. */
async function bringNoted(client: pg.Client, way: Way, tables: readonly MovableTable[]): Promise<number> {
  const { rows } = await client.query<{ table_name: string; key: object }>(
    `delete from ${CONTROL_SCHEMA}.moved_rows where ctid = any (array(
       select ctid from ${CONTROL_SCHEMA}.moved_rows where tenant_id = $1 limit ${BATCH}))
     returning table_name, key`,
    [way.tenant],
  );
  for (const table of tables) {
    const keys = rows.filter(({ table_name: name }) => name === table.name).map(({ key }) => key);
    if (keys.length > 0) await bringRows(client, way, table, keys);
  }
  return rows.length;
}

/** Gives the other place every day that there is here, today and tomorrow. */
async function mirrorDays(client: pg.Client, { from, to }: Way): Promise<void> {
  const { rows } = await client.query<{ day: string }>(
    `select to_char(to_date(right(c.relname, 8), 'YYYYMMDD'), 'YYYY-MM-DD') as day from pg_class c
     where c.relnamespace = $1::regnamespace and c.relispartition and c.relname ~ '^viewing_events_\\d{8}$'
       and to_regclass(format('%I.%I', $2::text, c.relname)) is null`,
    [from, to],
  );
  const days = rows.map(({ day }) => `${day}T00:00:00Z`);
  if (days.length > 0)
    await client.query(`select ${pg.escapeIdentifier(to)}.ensure_event_days($1::timestamptz[])`, [days]);
}

class TooLongError extends Error {}
