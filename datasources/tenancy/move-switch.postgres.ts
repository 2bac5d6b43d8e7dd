import { setTimeout as sleep } from "node:timers/promises";

import type pg from "pg";

import { auditInsert } from "../audit/audit-append.postgres.js";
import { type AuditedAct } from "../audit/audit.js";
import { type Tenant } from "../core/tenant.js";
import { CONTROL_SCHEMA } from "../engines/postgres/migrations/migrate.postgres.js";
import { searchPath } from "../engines/postgres/statements.postgres.js";
import { arriveAtOwn, carryEvents } from "./arrival.postgres.js";
import {
  busy,
  fence,
  inTransaction,
  isTimeout,
  PAUSE_MS,
  RETRY_MS,
  TooLongError,
  TRIES,
} from "./move-fence.postgres.js";
import { place } from "./move-notes.postgres.js";
import { bringAllNoted, bringNoted, mirrorDays } from "./noted-rows.postgres.js";
import { carryCounters, type Way } from "./row-moving.postgres.js";
import { fenceOff, leave, settleFence } from "./server-fence.postgres.js";
import { movableTables, type MovableTable } from "./tenant-tables.postgres.js";

/** Notes that are few enough to be brought behind the fence. */
const FEW = 200;

/** What is needed to switch. */
export interface Switching {
  tenant: Tenant;
  control: pg.Client;
  way: Way;
  /** Whether what is written there is noted, for the way back. */
  capturing: boolean;
  /** Noted in the tenant's log, in the transaction that makes the other place the tenant's. */
  act: AuditedAct | null;
  /** Part of the transaction that switches. */
  also: () => Promise<void>;
}

/** Catches up, then switches behind the fence. @returns for how long writers could not go on. Milliseconds. */
export async function switchOver(switching: Switching): Promise<number> {
  const { way } = switching;
  const tables = await movableTables(way.from.client, way.from.schema, isBetween(way));
  for (let tries = TRIES; tries > 0; tries -= 1) {
    while ((await inBoth(way, () => bringNoted(way, tables))) > FEW);
    await mirrorDays(way);
    const paused = await behindFence(switching, tables);
    if (paused !== null) return paused;
    await sleep(RETRY_MS);
  }
  throw busy();
}

/** Whether rows go from one database to another. */
export function isBetween({ from, to }: Way): boolean {
  return from.client !== to.client;
}

/** What is done at the side that rows go to is committed first: doing it again changes nothing. */
function inBoth<T>({ from, to }: Way, work: () => Promise<T>): Promise<T> {
  if (from.client === to.client) return inTransaction(from.client, work);
  return inTransaction(from.client, () => inTransaction(to.client, work));
}

/** @returns null where writers would have had to wait too long: nothing has happened then. */
async function behindFence(switching: Switching, tables: readonly MovableTable[]): Promise<number | null> {
  try {
    const { way, control } = switching;
    return await (way.from.client === control ? fromHome(switching, tables) : fromOwn(switching, tables));
  } catch (error) {
    if (error instanceof TooLongError || isTimeout(error)) return null;
    throw error;
  }
}

/** The fence is the transaction that switches: it ends with it, whatever happens. */
async function fromHome(switching: Switching, tables: readonly MovableTable[]): Promise<number> {
  const { way, control, tenant } = switching;
  const inTime = stopwatch();
  return inTransaction(control, async () => {
    await fence(control, tenant.id);
    if (isBetween(way)) await inTransaction(way.to.client, () => bringRest(switching, tables, inTime));
    else await bringRest(switching, tables, inTime);
    return finish(switching, null, inTime);
  });
}

/** The fence is committed before, at the servers that are left: nobody can write there any more once it is switched. */
async function fromOwn(switching: Switching, tables: readonly MovableTable[]): Promise<number> {
  const { way, control, tenant } = switching;
  const own = way.from.client;
  const inTime = stopwatch();
  try {
    const attempt = await fenceOff(control, own, tenant);
    const paused = await inTransaction(own, () =>
      inTransaction(control, async () => {
        await bringRest(switching, tables, inTime);
        return finish(switching, attempt, inTime);
      }),
    );
    await leave(own, tenant.id);
    return paused;
  } catch (error) {
    if (way.from.servers) await settleFence(control, own, tenant, way.from.servers);
    throw error;
  }
}

/** Brings what is left, in a transaction at the side that it goes to. */
async function bringRest(
  { tenant, way, capturing, act }: Switching,
  tables: readonly MovableTable[],
  inTime: () => number,
): Promise<void> {
  const { client } = way.to;
  await client.query(`set local statement_timeout = ${PAUSE_MS}`);
  // All of it, not a batch: whoever was at work when the last look was taken may have committed any number of rows since.
  await bringAllNoted(way, tables, inTime);
  await carryCounters(way, tables);
  if (isBetween(way)) await carryEvents(way);
  if (way.to.servers) await arriveAtOwn(client, tenant, capturing);
  if (act) await noteIn(way, act, capturing);
  inTime();
}

/** Notes an act as the gateway would: with the triggers that chain the log, and that note what is written. */
async function noteIn({ to: { client, schema } }: Way, act: AuditedAct, capturing: boolean): Promise<void> {
  const settings = `set local session_replication_role = origin;
    select set_config('search_path', ${client.escapeLiteral(searchPath({ schema }))}, true),
           set_config('marquee.capturing', '${capturing ? "on" : "off"}', true)`;
  await client.query(settings);
  await client.query(auditInsert(act));
  await client.query("set local session_replication_role = replica");
}

/** The switch itself. @returns for how long writers have waited. Milliseconds. */
async function finish(
  { control, tenant, way, also }: Switching,
  attempt: number | null,
  inTime: () => number,
): Promise<number> {
  await place(control, tenant, way.to, attempt);
  await also();
  const paused = inTime();
  await control.query(`update ${CONTROL_SCHEMA}.tenant_moves set pause_ms = $2 where tenant = $1`, [
    tenant.id,
    paused,
  ]);
  return paused;
}

/** Time since now, at every call. Milliseconds. @throws TooLongError where nobody may wait any longer. */
function stopwatch(): () => number {
  const started = performance.now();
  return () => {
    const passed = performance.now() - started;
    if (passed > PAUSE_MS) throw new TooLongError();
    return passed;
  };
}
