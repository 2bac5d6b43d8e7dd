import sql, { type Sql } from "sql-template-tag";

import { type Lease, type PostgresPool } from "./pool.postgres.js";

/** Runs one statement of a transaction. */
export type Ask = <R = Record<string, unknown>>(statement: Sql) => Promise<R[]>;

/** Runs the statements of a transaction. */
export interface Query extends Ask {
  /** How long each of the statements that follow may take, for bulk work. Milliseconds; Infinity for no limit. */
  allow(milliseconds: number): Promise<void>;
  /** Tells those who listen on a channel, once the transaction has committed. */
  notify(channel: string, payload: string): void;
}

/** What a transaction tells when it has committed. */
export interface Notice {
  channel: string;
  payload: string;
}

/** Time beyond a statement's own for its answer to arrive: past that the server is frozen or cut off. Milliseconds. */
const SILENCE_MS = 3_000;

/**
 * What runs statements on a connection and gives the connection up when the server is silent.
 *
 * @param limitMs time that the server gives a statement, unless it is allowed more. Milliseconds.
 * @param notices takes what the transaction wants told.
 */
export function queryOf(lease: Lease, limitMs: number, notices: Notice[]): Query {
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
  const notify = (channel: string, payload: string) => void notices.push({ channel, payload });
  return Object.assign(run, { allow, notify });
}

/**
 * Begins a transaction on a connection of its own, which the caller releases. An abort cancels it and closes the
 * connection.
 *
 * @param text begins the transaction and makes it a tenant's: several statements that travel together.
 */
export async function begin(pool: PostgresPool, signal: AbortSignal, text: string): Promise<Lease> {
  const lease = await pool.lease();
  const cancel = () => lease.cancel();
  signal.addEventListener("abort", cancel, { once: true });
  try {
    // Nobody may be waiting any more.
    signal.throwIfAborted();
    await lease.client.query(text);
    return lease;
  } catch (error) {
    lease.release(error as Error);
    throw error;
  } finally {
    signal.removeEventListener("abort", cancel);
  }
}
