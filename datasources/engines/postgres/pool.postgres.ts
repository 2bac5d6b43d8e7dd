import { type Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";

import pg from "pg";

import { StoreUnavailableError } from "../../core/store-error.js";
import { PostgresClient } from "./client.postgres.js";
import { isFull } from "./outage.postgres.js";

/** A connection that is used by one at a time. */
export interface Lease {
  readonly client: pg.PoolClient;
  /** Gives the connection back; with an error, it is closed instead. Once only: what comes after does nothing. */
  release(error?: Error): void;
  /** Ends what runs on it, here and at the server, and closes it. */
  cancel(): void;
}

/** What the driver's types leave out. */
interface DriverClient {
  processID?: number;
  connection?: { stream: Writable };
}

/** Time that a statement nobody waits for any more is given to end by itself: cheaper than another connection. Milliseconds. */
const GRACE_MS = 50;
/** Time to reach the server for ending a statement. A frozen one ends it by its own timeout. Milliseconds. */
const CANCEL_MS = 2_000;

/**
 * Sends what a connection is asked until the running function ends in one write. The driver writes each statement of a
 * pipeline by itself, which took a third of a gateway's time under writes (`npm run bench:projections -- --profile DIR`).
 */
export function writeTogether(client: pg.PoolClient): void {
  const stream = (client as DriverClient).connection?.stream;
  if (!stream || stream.writableCorked > 0) return;
  stream.cork();
  process.nextTick(() => stream.uncork());
}

/**
 * A pool of connections whose statements can be cancelled. Cancelling ends the whole backend, by way of a spare
 * connection: of a pipelined flush, a cancel request would end one statement and let the next begin.
 */
export class PostgresPool {
  readonly #pool: pg.Pool;
  readonly #spare: pg.Pool;

  /** @param onIdleError told of connections that break while nobody uses them. */
  constructor(config: pg.PoolConfig & { min?: number }, onIdleError: (error: Error) => void) {
    this.#pool = new pg.Pool({ ...config, Client: PostgresClient });
    this.#spare = new pg.Pool({
      Client: PostgresClient,
      connectionString: config.connectionString,
      application_name: "marquee-cancel",
      max: 1,
      idleTimeoutMillis: 1_000,
      connectionTimeoutMillis: CANCEL_MS,
      query_timeout: CANCEL_MS,
    });
    this.#pool.on("error", onIdleError);
    this.#spare.on("error", () => undefined);
    // One that breaks in use rejects what was asked of it; without a listener of its own it would end the process as well.
    // Where an answer came that nobody had asked for, the next would be taken for the answer to something else.
    for (const pool of [this.#pool, this.#spare])
      pool.on("connect", (client) =>
        client.on("error", () => (client as DriverClient).connection?.stream.destroy()),
      );
  }

  /** Opens the connections that are kept, before anybody waits for them. One that cannot be opened is opened when it is needed. */
  async warm(): Promise<void> {
    const kept = Array.from({ length: this.#pool.options.min ?? 0 }, () => this.#pool.connect());
    for (const opened of await Promise.allSettled(kept))
      if (opened.status === "fulfilled") opened.value.release();
  }

  /** Takes a connection; it must be released. @throws StoreUnavailableError when all are in use for too long. */
  async lease(): Promise<Lease> {
    const client = await this.#pool.connect().catch((error: unknown) => {
      // Busy, not broken: the breaker is not to keep everybody away.
      throw isFull(error) ? new StoreUnavailableError("POSTGRES", { cause: error }) : notConnected(error);
    });
    let held = true;
    const release = (error?: Error) => {
      if (held) client.release(error);
      held = false;
    };
    return {
      client,
      release,
      cancel: () => {
        if (!held) return;
        // Released with an error, a connection that pipelines would wait for its answers first.
        const { processID, connection } = client as DriverClient;
        connection?.stream.destroy();
        release(new Error("Connection terminated: its statement was cancelled"));
        void this.#terminate(processID);
      },
    };
  }

  /**
   * Works on a connection until the signal is aborted: what still runs then is cancelled at the server.
   *
   * @param work must not keep the connection.
   */
  async use<T>(signal: AbortSignal, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const lease = await this.lease();
    if (signal.aborted) {
      lease.release();
      throw signal.reason as Error;
    }
    const abort = () => void sleep(GRACE_MS).then(() => lease.cancel());
    signal.addEventListener("abort", abort, { once: true });
    try {
      const answer = await work(lease.client);
      // What came after it had not been asked for: the answer may be to something else.
      if (isBroken(lease.client)) throw new Error("Connection terminated: it has said what it was not asked");
      lease.release();
      return answer;
    } catch (error) {
      lease.release(error as Error);
      throw error;
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  async end(): Promise<void> {
    await Promise.all([this.#pool.end(), this.#spare.end()]);
  }

  async #terminate(processId: number | undefined): Promise<void> {
    if (processId === undefined) return;
    // One that cannot be reached cannot be told; it notices that nobody listens when it answers.
    await this.#spare.query("select pg_terminate_backend($1)", [processId]).catch(() => undefined);
  }
}

function isBroken(client: pg.PoolClient): boolean {
  return (client as DriverClient).connection?.stream.destroyed ?? false;
}

/** SQLSTATE classes of a server that lets nobody in as us, or does not have our database. */
const TURNED_AWAY = /^(28|3D)/;

/** Why there is no connection: what the server or the system says of itself; anything else is a server that is of no use. */
function notConnected(error: unknown): unknown {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return code !== "" && !TURNED_AWAY.test(code)
    ? error
    : new Error("Connection terminated: it could not be made", { cause: error });
}
