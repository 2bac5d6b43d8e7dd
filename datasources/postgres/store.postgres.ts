import pg from "pg";
import sql, { type Sql } from "sql-template-tag";

import { StoreAbortedError, StoreUnavailableError } from "../store-error.js";
import { describePath, type CallLog, type StoreRequest } from "../store-request.js";
import { type Tenant } from "../tenant.js";
import { unavailable } from "./outage.postgres.js";

export { sql, type Sql };
export { empty, join, raw } from "sql-template-tag";

/** A row as `pg` answers it. */
export type Row = Record<string, unknown>;

/** Runs one statement of a transaction. */
export type Query = <R = Row>(statement: Sql) => Promise<R[]>;

interface PendingRead {
  request: StoreRequest;
  operation: string;
  statement: Sql;
  uniqueKeys: number;
  resolve(rows: Row[]): void;
  reject(error: unknown): void;
}

const STATEMENT_TIMEOUT_MS = 5_000;
/** Texts kept as named prepared statements; a text past that is planned anew each time. */
const MAX_PREPARED = 500;

const PARSERS = new Map<number, (text: string) => unknown>([
  [pg.types.builtins.TIMESTAMPTZ, isoInstant],
  [pg.types.builtins.DATE, (text) => text],
  [pg.types.builtins.INT8, Number],
]);

const types = {
  // Timestamps stay text, with their microseconds: a cursor made from a Date would lose them and repeat or skip rows.
  getTypeParser: ((oid: number, format?: string) =>
    PARSERS.get(oid) ??
    (pg.types.getTypeParser(oid, format as "text") as unknown)) as typeof pg.types.getTypeParser,
};

/** `2026-05-01T20:11:00.000001Z` from PostgreSQL's text of a timestamptz in UTC: always six decimals, so that text order is time order. */
function isoInstant(text: string): string {
  const [, day, time, fraction = ""] = /^(\S+) ([\d:]+)(?:\.(\d+))?\+00$/.exec(text) ?? [];
  return day && time ? `${day}T${time}.${fraction.padEnd(6, "0")}Z` : text;
}

/**
 * PostgreSQL for one deployment: a pool for reads, which pipelines everything that one level of a request asks into
 * one round trip, and a pool for transactions. All connections use a role that is not superuser; row-level security
 * shows each of them the rows of the tenant they were last told.
 */
export class PostgresStore {
  readonly #reads: pg.Pool;
  readonly #writes: pg.Pool;
  /** Reads waiting for the next turn of the event loop, per request and tenant. */
  readonly #pending = new WeakMap<CallLog, Map<number, PendingRead[]>>();
  readonly #tenantOf = new WeakMap<pg.PoolClient, string>();
  readonly #prepared = new Map<string, string>();

  /**
   * @param url a URL for the application's role.
   * @param onIdleError told of connections that break while nobody uses them.
   */
  constructor(url: string, onIdleError: (error: Error) => void) {
    const shared = {
      connectionString: url,
      types,
      connectionTimeoutMillis: 5_000,
      options: `-c TimeZone=UTC -c jit=off -c statement_timeout=${STATEMENT_TIMEOUT_MS}`,
    };
    this.#reads = new pg.Pool({ ...shared, application_name: "marquee-read", max: 8, pipeline: true });
    this.#writes = new pg.Pool({ ...shared, application_name: "marquee-write", max: 4 });
    for (const pool of [this.#reads, this.#writes]) {
      pool.on("error", onIdleError);
      // One that breaks in use rejects what was asked of it; without a listener of its own it would end the process as well.
      pool.on("connect", (client) => client.on("error", () => undefined));
    }
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

  /** Runs `work` in one transaction as the tenant; it commits when `work` resolves and rolls back when it rejects. */
  async transaction<T>(
    tenant: Tenant,
    work: (query: Query, client: pg.PoolClient) => Promise<T>,
  ): Promise<T> {
    const client = await this.#connect(this.#writes);
    let broken: Error | undefined;
    try {
      await client.query("begin");
      await client.query(
        sql`select set_config('marquee.tenant', ${String(tenant.id)}, true), set_config('search_path', ${searchPath(tenant)}, true)`,
      );
      const result = await work(async (statement) => (await client.query(statement)).rows as never, client);
      await client.query("commit");
      return result;
    } catch (error) {
      await client.query("rollback").catch((failure: Error) => (broken = failure));
      throw unavailable(error);
    } finally {
      client.release(broken);
    }
  }

  /** Tells the planner what a bulk load has written for a tenant. */
  async refreshStatistics(tenant: Tenant): Promise<void> {
    await this.transaction(tenant, async (query) => {
      await query(sql`set local statement_timeout = 0`);
      await query(sql`select refresh_statistics()`);
    });
  }

  /** Answers when PostgreSQL does, with the server's version. */
  async ping(): Promise<{ version: string }> {
    const { rows } = await this.#reads.query<{ version: string }>(
      sql`select current_setting('server_version') as version`,
    );
    return { version: rows[0]?.version ?? "" };
  }

  async close(): Promise<void> {
    await Promise.all([this.#reads.end(), this.#writes.end()]);
  }

  async #flush(tenant: Tenant, calls: CallLog, reads: PendingRead[]): Promise<void> {
    const started = performance.now();
    let answers: PromiseSettledResult<Row[]>[];
    try {
      answers = await this.#send(tenant, reads);
    } catch (error) {
      for (const read of reads) read.reject(error);
      return;
    }
    calls.record(describe(reads, answers, performance.now() - started));
    answers.forEach((answer, index) => {
      if (answer.status === "fulfilled") reads[index]?.resolve(answer.value);
      else reads[index]?.reject(unavailable(answer.reason));
    });
  }

  /** One flush: the tenant, where this connection was last used for another, and every statement behind it. */
  async #send(tenant: Tenant, reads: PendingRead[]): Promise<PromiseSettledResult<Row[]>[]> {
    const client = await this.#connect(this.#reads);
    const placement = `${tenant.id} ${tenant.schema}`;
    let broken: Error | undefined;
    try {
      const placed =
        this.#tenantOf.get(client) === placement
          ? undefined
          : client.query({
              name: "tenant",
              text: "select set_config('marquee.tenant', $1, false), set_config('search_path', $2, false)",
              values: [String(tenant.id), searchPath(tenant)],
            });
      this.#tenantOf.delete(client);
      const answers = Promise.allSettled(
        reads.map(async ({ statement }) => (await client.query<Row>(this.#prepare(tenant, statement))).rows),
      );
      await Promise.all([placed, answers]);
      this.#tenantOf.set(client, placement);
      return await answers;
    } catch (error) {
      // The statements behind a failed placement ran for another tenant: nothing of them may be used, nor the connection.
      broken = error as Error;
      throw unavailable(error);
    } finally {
      client.release(broken);
    }
  }

  #prepare(tenant: Tenant, statement: Sql): pg.QueryConfig {
    // Plans belong to a schema: one name for two schemas would be planned anew at every change of tenant.
    const key = `${tenant.schema} ${statement.text}`;
    let name = this.#prepared.get(key);
    if (name === undefined && this.#prepared.size < MAX_PREPARED) {
      name = `read_${this.#prepared.size}`;
      this.#prepared.set(key, name);
    }
    const values = statement.values.map(askable);
    return name === undefined ? { text: statement.text, values } : { name, text: statement.text, values };
  }

  async #connect(pool: pg.Pool): Promise<pg.PoolClient> {
    try {
      return await pool.connect();
    } catch (error) {
      throw new StoreUnavailableError("POSTGRES", { cause: error });
    }
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

function describe(reads: PendingRead[], answers: PromiseSettledResult<Row[]>[], ms: number) {
  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
  const distinct = (values: string[]) => [...new Set(values.filter(Boolean))];
  return {
    store: "POSTGRES" as const,
    operation: distinct(reads.map((read) => read.operation)).join(" + "),
    keys: requestedKeys(reads),
    uniqueKeys: sum(reads.map((read) => read.uniqueKeys)),
    rows: sum(answers.map((answer) => (answer.status === "fulfilled" ? answer.value.length : 0))),
    ms: Math.round(ms * 100) / 100,
    path: distinct(reads.map((read) => describePath(read.request.path))).join(", "),
  };
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
