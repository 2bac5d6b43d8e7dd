import { setTimeout as sleep } from "node:timers/promises";

import pg from "pg";

import { Refusal } from "../core/refusal.js";

/** What `enter_tenant` holds shared. */
const FENCE = 1_835_102_065;
/** For how long writers may be kept waiting: for those at work to end, and in all. Milliseconds. */
const ENTER_MS = 60;
export const PAUSE_MS = 150;
/** Between two tries, in which writers go on. Milliseconds. */
export const RETRY_MS = 250;
export const TRIES = 240;

/** SQLSTATE lock_not_available, query_canceled. */
export function isTimeout(error: unknown): boolean {
  return error instanceof pg.DatabaseError && ["55P03", "57014"].includes(error.code ?? "");
}

export async function inTransaction<T>(client: pg.Client, work: () => Promise<T>): Promise<T> {
  await client.query("begin");
  try {
    const result = await work();
    await client.query("commit");
    return result;
  } catch (error) {
    await client.query("rollback");
    throw error;
  }
}

/** Waits until no transaction of the tenant is under way, for as long as others may wait behind it. */
export async function fence(client: pg.Client, tenant: number): Promise<void> {
  await client.query(`set local lock_timeout = ${ENTER_MS}; set local statement_timeout = ${PAUSE_MS}`);
  await client.query("select pg_advisory_xact_lock($1, $2)", [FENCE, tenant]);
}

/** Resolves when every transaction that did not note what it writes has ended. */
export async function barrier(client: pg.Client, tenant: number): Promise<void> {
  for (let tries = TRIES; tries > 0; tries -= 1) {
    const passed = await inTransaction(client, () => fence(client, tenant)).then(
      () => true,
      (error: unknown) => {
        if (!isTimeout(error)) throw error;
        return false;
      },
    );
    if (passed) return;
    await sleep(RETRY_MS);
  }
  throw busy();
}

/** Writers would have had to wait too long, or have not waited: what was tried is undone, and tried again. */
export class TooLongError extends Error {}

/** Says that no moment was found in which the tenant could be moved. */
export function busy(): Refusal {
  const message = "Transactions of the tenant take too long to move it between them. Try later.";
  return new Refusal(null, "TENANT_BUSY", message);
}
