import { bulkhead, BulkheadRejectedError } from "cockatiel";
import type pg from "pg";
import sql, { type Sql } from "sql-template-tag";

import { StoreAbortedError, StoreUnavailableError } from "../store-error.js";
import { StoreGuard } from "../store-guard.js";
import { describePath, type CallLog, type StoreRequest } from "../store-request.js";
import { type Tenant } from "../tenant.js";
import { firstFailure, isConnectionLoss, isPostgresOutage, unavailable } from "./outage.postgres.js";
import { PostgresPool } from "./pool.postgres.js";
import { begin, queryOf, type Ask, type Query } from "./transaction.postgres.js";
import { valueTypes } from "./value-types.postgres.js";

export { sql, type Ask, type Query, type Sql };
export { empty, join, raw } from "sql-template-tag";

/** A row as `pg` answers it. */
export type Row = Record<string, unknown>;

interface PendingRead {
  request: StoreRequest;
  operation: string;
  statement: Sql;
  uniqueKeys: number;
  resolve(rows: Row[]): void;
  reject(error: unknown): void;
}

/** Connections for reads, and flushes under way at once. */
const READS = 8;
/** Flushes that may wait for a connection: a hundred times the connections is a tenth of a second of ordinary load. */
const WAITING_READS = 1_000;
/** Connections for transactions, and transactions that may wait for one. */
const WRITES = 4;
const WAITING_WRITES = 1_000;
/** Connections for transactions of one or two round trips. */
const SHORT_WRITES = 6;
/** How much longer than a call's deadline the server lets a statement run: it acts where a gateway cannot any more. Milliseconds. */
const SERVER_MARGIN_MS = 3_000;
const DEADLINE_MS = 2_000;
/** Texts kept as named prepared statements; a text past that is planned anew each time. */
const MAX_PREPARED = 500;

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
  readonly #writing = bulkhead(WRITES, WAITING_WRITES);
  readonly #shortWriting = bulkhead(SHORT_WRITES, WAITING_WRITES);
  readonly #deadlineMs: number;
  /** Reads waiting for the next turn of the event loop, per request and tenant. */
  readonly #pending = new WeakMap<CallLog, Map<number, PendingRead[]>>();
  readonly #tenantOf = new WeakMap<pg.PoolClient, string>();
  readonly #prepared = new Map<string, string>();

  /**
   * @param url a URL for the application's role.
   * @param onIdleError told of connections that break while nobody uses them.
   * @param deadlineMs time that a read, or the beginning of a transaction, may take before it is cancelled, here and at
   *   the server. Milliseconds.
   */
  constructor(url: string, onIdleError: (error: Error) => void, deadlineMs = DEADLINE_MS) {
    this.#deadlineMs = deadlineMs;
    const shared = {
      connectionString: url,
      types: valueTypes,
      connectionTimeoutMillis: deadlineMs,
      options: `-c TimeZone=UTC -c jit=off -c statement_timeout=${this.#statementTimeoutMs}`,
    };
    this.#reads = new PostgresPool(
      { ...shared, application_name: "marquee-read", max: READS, pipeline: true },
      onIdleError,
    );
    this.#writes = new PostgresPool(
      { ...shared, application_name: "marquee-write", max: WRITES },
      onIdleError,
    );
    // Apart from the others, because a pipelined connection cannot COPY.
    this.#shortWrites = new PostgresPool(
      { ...shared, application_name: "marquee-short-write", max: SHORT_WRITES, pipeline: true },
      onIdleError,
    );
    this.guard = new StoreGuard({
      store: "POSTGRES",
      deadlineMs,
      concurrency: READS,
      waiting: WAITING_READS,
      isOutage: isPostgresOutage,
    });
  }

  /**
   * Reads rows for a request. All reads that the request makes until the event loop turns go out on one connection
   * in one flush and count as one store call; they are answered together, so that the next level of the query leaves
   * together as well.
   *
   * @throws StoreUnavailableError when PostgreSQL does not answer.
   */
  read<R = Row>(request: StoreRequest, operation: string, statement: Sql, uniqueKeys = 1): Promise<R[]> {
    if (request.signal?.aborted) return Promise.reject(new StoreAbortedError("POSTGRES"));
    return new Promise<R[]>((resolve, reject) => {
      const read = {
        request,
        operation,
        statement,
        uniqueKeys,
        resolve: resolve as PendingRead["resolve"],
        reject,
      };
      const { calls, tenant } = request;
      const tenants = this.#pending.get(calls) ?? new Map<number, PendingRead[]>();
      this.#pending.set(calls, tenants);
      const pending = tenants.get(tenant.id);
      if (pending) return void pending.push(read);
      tenants.set(tenant.id, [read]);
      setImmediate(() => {
        const reads = tenants.get(tenant.id) ?? [];
        tenants.delete(tenant.id);
        void this.#flush(tenant, calls, reads);
      });
    });
  }

  /**
   * Runs `work` in one transaction as the tenant; it commits when `work` resolves and rolls back when it rejects. Never
   * tried again. A server that does not answer in the time it gives a statement is given up.
   *
   * @throws StoreUnavailableError when PostgreSQL does not answer.
   */
  async transaction<T>(
    tenant: Tenant,
    work: (query: Query, client: pg.PoolClient) => Promise<T>,
  ): Promise<T> {
    const transacted = this.#writing.execute(async () => {
      const lease = await this.guard.attempt((signal) => begin(this.#writes, signal, place(tenant)));
      const query = queryOf(lease, this.#statementTimeoutMs);
      let broken: Error | undefined;
      try {
        const result = await work(query, lease.client);
        await query(sql`commit`);
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
   * is nothing to write. Rejecting undoes the transaction.
   * @returns the rows of the concluding statement, once they are committed.
   */
  async conclude<R = Row>(tenant: Tenant, work: (ask: Ask) => Promise<Sql | null>): Promise<R[]> {
    const concluded = this.#shortWriting.execute(() =>
      this.guard.attempt((signal) =>
        this.#shortWrites.use(signal, (client) => this.#conclude<R>(client, tenant, work)),
      ),
    );
    const { rows, failure } = await concluded.catch(crowded);
    if (failure !== undefined) throw unavailable(failure);
    return rows;
  }

  /** A transaction that was undone answers why; it rejects where the connection is of no use any more. */
  async #conclude<R>(
    client: pg.PoolClient,
    tenant: Tenant,
    work: (ask: Ask) => Promise<Sql | null>,
  ): Promise<{ rows: R[]; failure?: unknown }> {
    const asked: Promise<unknown>[] = [];
    const ask = <T extends Row>(config: pg.QueryConfig): Promise<T[]> => {
      const answer = client.query<T>(config).then(({ rows }) => rows);
      // Nobody may be waiting for it yet; that it failed is found out below.
      answer.catch(() => undefined);
      asked.push(answer);
      return answer;
    };
    const query = (statement: Sql) => ask(this.#prepare(tenant, statement)) as Promise<never>;
    try {
      void ask({ text: "begin" });
      void ask(this.#prepare(tenant, place(tenant)));
      const last = await work(query);
      const rows = last ? ask(this.#prepare(tenant, last)) : Promise.resolve([]);
      void ask({ text: "commit" });
      await Promise.all(asked);
      return { rows: (await rows) as R[] };
    } catch (error) {
      const failure = await firstFailure(asked, error);
      await client.query("rollback");
      return { rows: [], failure };
    }
  }

  /** Tells the planner what a bulk load has written for a tenant. */
  async refreshStatistics(tenant: Tenant): Promise<void> {
    await this.transaction(tenant, async (query) => {
      await query.allow(Infinity);
      await query(sql`select refresh_statistics()`);
    });
  }

  /** Answers when PostgreSQL does, with the server's version; fails at the deadline. */
  async ping(): Promise<{ version: string }> {
    const version = sql`select current_setting('server_version') as version`;
    const { rows } = await this.#reads.use(AbortSignal.timeout(this.#deadlineMs), (client) =>
      client.query<{ version: string }>(version),
    );
    return { version: rows[0]?.version ?? "" };
  }

  async close(): Promise<void> {
    await Promise.all([this.#reads.end(), this.#writes.end(), this.#shortWrites.end()]);
  }

  get #statementTimeoutMs(): number {
    return this.#deadlineMs + SERVER_MARGIN_MS;
  }

  async #flush(tenant: Tenant, calls: CallLog, reads: PendingRead[]): Promise<void> {
    // All of them belong to one request.
    const request = { tenant, calls, signal: reads[0]?.request.signal };
    let answers: PromiseSettledResult<Row[]>[];
    try {
      answers = await this.guard.call(request, {
        ...describe(reads),
        rowsOf: countRows,
        run: (signal) => this.#reads.use(signal, (client) => this.#send(client, tenant, reads)),
      });
    } catch (error) {
      for (const read of reads) read.reject(error);
      return;
    }
    answers.forEach((answer, index) => {
      if (answer.status === "fulfilled") reads[index]?.resolve(answer.value);
      else reads[index]?.reject(unavailable(answer.reason));
    });
  }

  /**
   * One flush: the tenant, where this connection was last used for another, and every statement behind it.
   *
   * @throws what broke the connection, or kept the tenant from being set: the statements behind that ran for another
   *   tenant, so nothing of them may be used, nor the connection.
   */
  async #send(
    client: pg.PoolClient,
    tenant: Tenant,
    reads: PendingRead[],
  ): Promise<PromiseSettledResult<Row[]>[]> {
    const placement = `${tenant.id} ${tenant.schema}`;
    const placed =
      this.#tenantOf.get(client) === placement
        ? undefined
        : client.query({
            name: "tenant",
            text: "select set_config('marquee.tenant', $1, false), set_config('search_path', $2, false)",
            values: [String(tenant.id), searchPath(tenant)],
          });
    this.#tenantOf.delete(client);
    const answering = Promise.allSettled(
      reads.map(async ({ statement }) => (await client.query<Row>(this.#prepare(tenant, statement))).rows),
    );
    const [answers] = await Promise.all([answering, placed]);
    for (const answer of answers)
      if (answer.status === "rejected" && isConnectionLoss(answer.reason)) throw answer.reason;
    this.#tenantOf.set(client, placement);
    return answers;
  }

  #prepare(tenant: Tenant, statement: Sql): pg.QueryConfig {
    // Plans belong to a schema: one name for two schemas would be planned anew at every change of tenant.
    const key = `${tenant.schema} ${statement.text}`;
    let name = this.#prepared.get(key);
    if (name === undefined && this.#prepared.size < MAX_PREPARED) {
      name = `statement_${this.#prepared.size}`;
      this.#prepared.set(key, name);
    }
    const values = statement.values.map(askable);
    return name === undefined ? { text: statement.text, values } : { name, text: statement.text, values };
  }
}

/**
 * PostgreSQL's texts cannot hold NUL: a read asks for U+FFFD instead, which is what a lone surrogate becomes on the wire,
 * so that a text nobody can have stored is not found and costs the other keys of its batch nothing.
 */
function askable(value: unknown): unknown {
  if (typeof value === "string") return value.replaceAll("\0", "\uFFFD");
  return Array.isArray(value) ? value.map(askable) : value;
}

/** Where unqualified names of a tenant's statements are looked up. */
export function searchPath(tenant: Pick<Tenant, "schema">): string {
  return `${tenant.schema}, public`;
}

/** Makes a transaction the tenant's. */
function place(tenant: Tenant): Sql {
  return sql`select set_config('marquee.tenant', ${String(tenant.id)}, true), set_config('search_path', ${searchPath(tenant)}, true)`;
}

/** More transactions wait already than may. */
function crowded(error: unknown): never {
  throw error instanceof BulkheadRejectedError ? new StoreUnavailableError("POSTGRES") : error;
}

function describe(reads: readonly PendingRead[]) {
  const distinct = (values: string[]) => [...new Set(values.filter(Boolean))];
  return {
    operation: distinct(reads.map((read) => read.operation)).join(" + "),
    keys: requestedKeys(reads),
    uniqueKeys: reads.reduce((total, read) => total + read.uniqueKeys, 0),
    path: distinct(reads.map((read) => describePath(read.request.path))).join(", "),
  };
}

function countRows(answers: readonly PromiseSettledResult<Row[]>[]): number {
  return answers.reduce(
    (total, answer) => total + (answer.status === "fulfilled" ? answer.value.length : 0),
    0,
  );
}

/** Keys asked for, duplicates included: several statements may answer one batch, which counts once. */
function requestedKeys(reads: readonly PendingRead[]): number {
  const batches = new Set<StoreRequest>();
  let keys = 0;
  for (const { request, uniqueKeys } of reads) {
    if (request.requested === undefined) keys += uniqueKeys;
    else if (!batches.has(request)) keys += request.requested;
    batches.add(request);
  }
  return keys;
}
