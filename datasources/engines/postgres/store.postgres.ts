import type pg from "pg";
import sql, { type Sql } from "sql-template-tag";

import { Places, PlacesFullError } from "../../../packages/pressure/index.js";
import { StoreUnavailableError } from "../../core/store-error.js";
import { StoreGuard } from "../store-guard.js";
import { type StoreRequest } from "../../core/store-request.js";
import { type Tenant } from "../../core/tenant.js";
import { Notices } from "./notices.postgres.js";
import { firstFailure, isConnectionLoss, isPostgresOutage, unavailable } from "./outage.postgres.js";
import { PostgresPool, writeTogether } from "./pool.postgres.js";
import { PostgresReads, type Row } from "./reads.postgres.js";
import { type ReadPlace, type SharedRead, type SharedRow } from "./shared-reads.postgres.js";
import { beginOf, isMisplaced, placeOf, PreparedStatements } from "./statements.postgres.js";
import { begin, queryOf, type Ask, type Notice, type Query } from "./transaction.postgres.js";
import { valueTypes } from "./value-types.postgres.js";

export { sql, type Ask, type Query, type Row, type SharedRead, type SharedRow, type Sql };
export { empty, join, raw } from "sql-template-tag";

/** How many connections there are at most. */
export interface PoolSizes {
  /** For reads, and flushes under way at once. */
  reads: number;
  /** For transactions. */
  writes: number;
  /** For transactions of one or two round trips. */
  shortWrites: number;
  /** For the queue of jobs: one listens, the others look. */
  jobs: number;
}

/** Of a server that tenants share, and of one that a tenant has to itself: a gateway has many of these, which may be one server's. */
export const SHARED_POOLS: PoolSizes = { reads: 8, writes: 4, shortWrites: 6, jobs: 4 };
export const OWN_POOLS: PoolSizes = { reads: 4, writes: 2, shortWrites: 2, jobs: 2 };
/** Flushes that may wait for a connection: a hundred times the connections is a tenth of a second of ordinary load. */
const WAITING_READS = 1_000;
/** Transactions that may wait for a connection. */
const WAITING_WRITES = 1_000;
/** Connections among those of short transactions that tell of what was committed. */
const NOTICES = 1;
/** Connections that are kept open: what a quiet gateway begins with when it is asked. */
const KEPT_READS = 2;
const KEPT_SHORT_WRITES = 1;
/** How much longer than a call's deadline the server lets a statement run: it acts where a gateway cannot any more. Milliseconds. */
const SERVER_MARGIN_MS = 3_000;
const DEADLINE_MS = 2_000;
/** Placements that a transaction tries: one that moves on each time is not moved by hand. */
const PLACEMENTS = 3;

/** A tenant as it is placed now, and the PostgreSQL that it is placed on. */
export interface Located {
  store: PostgresStore;
  tenant: Tenant;
}
export type Relocate = (tenant: Tenant) => Promise<Located | null>;

/**
 * PostgreSQL for one deployment: a pool for reads, which pipelines everything that one level of a request asks into
 * one round trip, and a pool for transactions. All connections use a role that is not superuser; row-level security
 * shows each of them the rows of the tenant they were last told.
 */
export class PostgresStore {
  readonly guard: StoreGuard;
  readonly #reads: PostgresPool;
  readonly #writes: PostgresPool;
  readonly #shortWrites: PostgresPool;
  readonly #writing: Places<number>;
  readonly #shortWriting: Places<number>;
  readonly #notices: Notices;
  readonly #statements = new PreparedStatements();
  readonly #reading: PostgresReads;

  /**
   * @param url a URL for the application's role.
   * @param onIdleError told of connections that break while nobody uses them.
   * @param deadlineMs time that a read, or the beginning of a transaction, may take before it is cancelled, here and at
   *   the server. Milliseconds.
   * @param relocate where a tenant is now that a transaction was turned away from where it was; null where it is not.
   * @param sizes how many connections there may be.
   */
  constructor(
    url: string,
    onIdleError: (error: Error) => void,
    readonly deadlineMs = DEADLINE_MS,
    private readonly relocate: Relocate = () => Promise.resolve(null),
    { reads, writes, shortWrites } = SHARED_POOLS,
  ) {
    this.#writing = new Places({ places: writes, waiting: WAITING_WRITES });
    this.#shortWriting = new Places({ places: shortWrites, waiting: WAITING_WRITES });
    const shared = {
      connectionString: url,
      types: valueTypes,
      connectionTimeoutMillis: deadlineMs,
      options: `-c TimeZone=UTC -c jit=off -c statement_timeout=${this.#statementTimeoutMs}`,
    };
    this.#reads = new PostgresPool(
      { ...shared, application_name: "marquee-read", max: reads, min: KEPT_READS, pipeline: true },
      onIdleError,
    );
    this.#writes = new PostgresPool(
      { ...shared, application_name: "marquee-write", max: writes },
      onIdleError,
    );
    // Apart from the others, because a pipelined connection cannot COPY.
    this.#shortWrites = new PostgresPool(
      {
        ...shared,
        application_name: "marquee-short-write",
        max: shortWrites + NOTICES,
        min: KEPT_SHORT_WRITES,
        pipeline: true,
      },
      onIdleError,
    );
    this.#notices = new Notices((notices) => this.#tell(notices));
    this.guard = new StoreGuard({
      store: "POSTGRES",
      deadlineMs,
      concurrency: reads,
      waiting: WAITING_READS,
      isOutage: isPostgresOutage,
      probe: (signal) => this.ping(signal),
    });
    this.#reading = new PostgresReads(this.#reads, this.guard, this.#statements, deadlineMs);
  }

  /**
   * Reads rows for a request. All reads that the request makes until the event loop turns go out on one connection
   * in one flush and count as one store call; they are answered together, so that the next level of the query leaves
   * together as well.
   *
   * @param place before or behind whatever leaves with it; the same that several ask so is sent once.
   * @throws StoreUnavailableError when PostgreSQL does not answer.
   */
  read<R = Row>(
    request: StoreRequest,
    operation: string,
    statement: Sql,
    uniqueKeys = 1,
    place?: ReadPlace,
  ): Promise<R[]> {
    return this.#reading.read<R>(request, operation, statement, uniqueKeys, place);
  }

  /**
   * The same for what many requests ask, each with a key of its own. What a request asks of that alone in a turn of the event
   * loop is asked with what other requests wait for at the same time, by one statement; it counts as one store call of each.
   */
  readShared<K, R extends SharedRow>(request: StoreRequest, read: SharedRead<K>, key: K): Promise<R[]> {
    return this.#reading.readShared<K, R>(request, read, key);
  }

  /**
   * Runs `work` in one transaction as the tenant; it commits when `work` resolves and rolls back when it rejects. Never
   * tried again. A server that does not answer in the time it gives a statement is given up. Of a tenant that has been
   * moved, it runs where that is now, be it on other servers.
   *
   * @throws StoreUnavailableError when PostgreSQL does not answer, or there is no such tenant any more.
   */
  transaction<T>(tenant: Tenant, work: (query: Query, client: pg.PoolClient) => Promise<T>): Promise<T> {
    return this.#placed(tenant, (store, placed) => store.#transact(placed, work));
  }

  async #transact<T>(tenant: Tenant, work: (query: Query, client: pg.PoolClient) => Promise<T>): Promise<T> {
    const transacted = this.#writing.run(tenant.id, async () => {
      const lease = await this.guard.attempt(tenant, (signal) =>
        begin(this.#writes, signal, beginOf(tenant)),
      );
      const notices: Notice[] = [];
      const query = queryOf(lease, this.#statementTimeoutMs, notices);
      let broken: Error | undefined;
      try {
        const result = await work(query, lease.client);
        await query(sql`commit`);
        for (const { channel, payload } of notices) this.notify(channel, payload);
        return result;
      } catch (error) {
        if (isConnectionLoss(error)) this.guard.failed(error);
        await query(sql`rollback`).catch((failure: Error) => (broken = failure));
        throw unavailable(error);
      } finally {
        lease.release(broken);
      }
    });
    return transacted.catch(crowded);
  }

  /**
   * A short transaction in as few round trips as it has waits: statements that `work` asks for without waiting travel
   * together, the first of them with the begin, and the statement that it answers travels with the commit. Statements
   * are prepared once a connection.
   *
   * @param work asks what it needs to know and answers the statement that concludes the transaction, or null where there
   * is nothing to write. Rejecting undoes the transaction. Asked once more where the tenant has been moved.
   * @returns the rows of the concluding statement, once they are committed.
   */
  conclude<R = Row>(tenant: Tenant, work: (ask: Ask) => Promise<Sql | null>): Promise<R[]> {
    return this.#placed(tenant, (store, placed) => store.#concluded<R>(placed, work));
  }

  async #concluded<R>(tenant: Tenant, work: (ask: Ask) => Promise<Sql | null>): Promise<R[]> {
    const concluded = this.#shortWriting.run(tenant.id, () =>
      this.guard.attempt(tenant, (signal) =>
        this.#shortWrites.use(signal, (client) => this.#conclude<R>(client, tenant, work)),
      ),
    );
    const { rows, failure } = await concluded.catch(crowded);
    if (failure !== undefined) throw unavailable(failure);
    return rows;
  }

  /** Runs where the tenant is; what was turned away has done nothing, and is run again where the tenant is now. */
  async #placed<T>(tenant: Tenant, run: (store: PostgresStore, tenant: Tenant) => Promise<T>): Promise<T> {
    let at: Located | null = { store: this, tenant };
    for (let left = PLACEMENTS; at && left > 0; left -= 1) {
      try {
        return await run(at.store, at.tenant);
      } catch (error) {
        if (!isMisplaced(error)) throw error;
        at = await this.relocate(at.tenant);
      }
    }
    throw new StoreUnavailableError("POSTGRES");
  }

  /** A transaction that was undone answers why; it rejects where the connection is of no use any more. */
  async #conclude<R>(
    client: pg.PoolClient,
    tenant: Tenant,
    work: (ask: Ask) => Promise<Sql | null>,
  ): Promise<{ rows: R[]; failure?: unknown }> {
    const asked: Promise<unknown>[] = [];
    const ask = <T extends Row>(config: pg.QueryConfig): Promise<T[]> => {
      writeTogether(client);
      const answer = client.query<T>(config).then(({ rows }) => rows);
      // Nobody may be waiting for it yet; that it failed is found out below.
      answer.catch(() => undefined);
      asked.push(answer);
      return answer;
    };
    const query = (statement: Sql) => ask(this.#statements.prepare(tenant, statement)) as Promise<never>;
    try {
      void ask({ text: "begin" });
      void ask(this.#statements.prepare(tenant, placeOf(tenant)));
      const last = await work(query);
      const rows = last ? ask(this.#statements.prepare(tenant, last)) : Promise.resolve([]);
      void ask({ text: "commit" });
      await Promise.all(asked);
      return { rows: (await rows) as R[] };
    } catch (error) {
      const failure = await firstFailure(asked, error);
      await client.query("rollback");
      return { rows: [], failure };
    }
  }

  /** Tells those who listen on a channel, soon. What is told is committed: within a transaction, `Query` has its own. */
  notify(channel: string, payload: string): void {
    this.#notices.add({ channel, payload });
  }

  /** Tells the planner what a bulk load has written for a tenant. */
  async refreshStatistics(tenant: Tenant): Promise<void> {
    await this.transaction(tenant, async (query) => {
      await query.allow(Infinity);
      await query(sql`select refresh_statistics()`);
    });
  }

  /** Answers when PostgreSQL does, with the server's version; fails when the signal is aborted, at the deadline unless given. */
  async ping(signal = AbortSignal.timeout(this.deadlineMs)): Promise<{ version: string }> {
    const version = sql`select current_setting('server_version') as version`;
    const { rows } = await this.#reads.use(signal, (client) => client.query<{ version: string }>(version));
    return { version: rows[0]?.version ?? "" };
  }

  /** Opens the connections that are kept. */
  async warm(): Promise<void> {
    await Promise.all([this.#reads.warm(), this.#shortWrites.warm()]);
  }

  async close(): Promise<void> {
    this.guard.close();
    await this.#notices.settled();
    await Promise.all([this.#reads.end(), this.#writes.end(), this.#shortWrites.end()]);
  }

  get #statementTimeoutMs(): number {
    return this.deadlineMs + SERVER_MARGIN_MS;
  }

  async #tell(notices: readonly Notice[]): Promise<void> {
    const told = sql`select pg_notify(channel, payload) from jsonb_to_recordset(${JSON.stringify(notices)}::jsonb)
                       as n (channel text, payload text)`;
    await this.#shortWrites.use(AbortSignal.timeout(this.deadlineMs), (client) => client.query(told));
  }
}

/** More transactions wait already than may. */
function crowded(error: unknown): never {
  throw error instanceof PlacesFullError ? new StoreUnavailableError("POSTGRES") : error;
}
