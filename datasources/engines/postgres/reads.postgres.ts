import type pg from "pg";
import { type Sql } from "sql-template-tag";

import { StoreAbortedError } from "../../core/store-error.js";
import { type StoreGuard } from "../store-guard.js";
import { describePath, type CallLog, type StoreRequest } from "../../core/store-request.js";
import { type Tenant } from "../../core/tenant.js";
import { isConnectionLoss, unavailable } from "./outage.postgres.js";
import { writeTogether, type PostgresPool } from "./pool.postgres.js";
import { searchPath, type PreparedStatements } from "./statements.postgres.js";

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

/** Statements of one flush: no document that clients of ours send has half as many in a level. */
const MAX_STATEMENTS = 32;

/** Reads of requests: everything that one level of a request asks is pipelined into one round trip. */
export class PostgresReads {
  /** Reads waiting for the next turn of the event loop, per request and tenant. */
  readonly #pending = new WeakMap<CallLog, Map<number, PendingRead[]>>();
  readonly #tenantOf = new WeakMap<pg.PoolClient, string>();

  /** @param pool of pipelined connections, used for nothing else that sets a tenant. */
  constructor(
    private readonly pool: PostgresPool,
    private readonly guard: StoreGuard,
    private readonly statements: PreparedStatements,
  ) {}

  /** Reads rows: see `PostgresStore.read`. */
  read<R = Row>(request: StoreRequest, operation: string, statement: Sql, uniqueKeys: number): Promise<R[]> {
    const { signal } = request;
    if (signal?.aborted) return Promise.reject(new StoreAbortedError("POSTGRES", signal.reason));
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
   * Asks what one request has gathered. One round trip, unless it is more than a request should ask at once: then pieces
   * follow each other, each with a deadline and a place of its own, so that others get their turn in between.
   */
  async #flush(tenant: Tenant, calls: CallLog, reads: PendingRead[]): Promise<void> {
    // All of them belong to one request.
    const request = { tenant, calls, signal: reads[0]?.request.signal };
    if (reads.length <= MAX_STATEMENTS) return this.#ask(request, reads, false);
    for (let at = 0; at < reads.length; at += MAX_STATEMENTS)
      await this.#ask(request, reads.slice(at, at + MAX_STATEMENTS), true);
  }

  async #ask(request: StoreRequest, reads: PendingRead[], beyondBudget: boolean): Promise<void> {
    let answers: PromiseSettledResult<Row[]>[];
    try {
      answers = await this.guard.call(request, {
        ...describe(reads),
        beyondBudget,
        rowsOf: countRows,
        run: (signal) => this.pool.use(signal, (client) => this.#send(client, request.tenant, reads)),
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
    writeTogether(client);
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
      reads.map(
        async ({ statement }) => (await client.query<Row>(this.statements.prepare(tenant, statement))).rows,
      ),
    );
    const [answers] = await Promise.all([answering, placed]);
    for (const answer of answers)
      if (answer.status === "rejected" && isConnectionLoss(answer.reason)) throw answer.reason;
    this.#tenantOf.set(client, placement);
    return answers;
  }
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
