import sql, { type Sql } from "sql-template-tag";

import { type Lease, type PostgresPool } from "./pool.postgres.js";

/** Runs one statement of a transaction. */
export type Ask = <R = Record<string, unknown>>(statement: Sql) => Promise<R[]>;

/** Runs the statements of a transaction. */
export interface Query extends Ask {
  /** How long each of the statements that follow may take, for bulk work. Milliseconds; Infinity for no limit. */
  allow(milliseconds: number): Promise<void>;
}

/** Time beyond a statement's own for its answer to arrive: past that the server is frozen or cut off. Milliseconds. */
const SILENCE_MS = 3_000;

/**
 * What runs statements on a connection and gives the connection up when the server is silent.
 *
 * @param limitMs time that the server gives a statement, unless it is allowed more. Milliseconds.
 */
export function queryOf(lease: Lease, limitMs: number): Query {
  let limit = limitMs;
  const run = async <R>(statement: Sql): Promise<R[]> => {
    const watch = limit === Infinity ? undefined : setTimeout(() => lease.cancel(), limit + SILENCE_MS);
    try {
      return (await lease.client.query(statement)).rows as R[];
    } finally {
      clearTimeout(watch);
    }
  };
  const allow = async (milliseconds: number) => {
    const timeout = milliseconds === Infinity ? "0" : String(milliseconds);
    await run(sql`select set_config('statement_timeout', ${timeout}, true)`);
    limit = milliseconds;
  };
  return Object.assign(run, { allow });
}

/**
 * Begins a transaction on a connection of its own, which the caller releases. An abort cancels it and closes the
 * connection.
 *
 * @param place makes the transaction a tenant's.
 */
export async function begin(pool: PostgresPool, signal: AbortSignal, place: Sql): Promise<Lease> {
  const lease = await pool.lease();
  const cancel = () => lease.cancel();
  signal.addEventListener("abort", cancel, { once: true });
  try {
    // Nobody may be waiting any more.
    signal.throwIfAborted();
    await lease.client.query("begin");
    await lease.client.query(place);
    return lease;
  } catch (error) {
    lease.release(error as Error);
    throw error;
  } finally {
    signal.removeEventListener("abort", cancel);
  }
}
