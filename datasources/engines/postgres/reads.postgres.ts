import type pg from "pg";
import { type Sql } from "sql-template-tag";

import { PlacesFullError, Together, type Turn } from "../../../packages/pressure/index.js";
import { StoreAbortedError, StoreUnavailableError } from "../../core/store-error.js";
import { type StoreGuard } from "../store-guard.js";
import { CallLog, describePath, type StoreRequest } from "../../core/store-request.js";
import { type Tenant } from "../../core/tenant.js";
import { isConnectionLoss, unavailable } from "./outage.postgres.js";
import { writeTogether, type PostgresPool } from "./pool.postgres.js";
import {
  apart,
  deal,
  merged,
  type PendingRead,
  type ReadPlace,
  type SharedRead,
  type SharedRow,
} from "./shared-reads.postgres.js";
import { searchPath, type PreparedStatements } from "./statements.postgres.js";

/** A row as `pg` answers it. */
export type Row = Record<string, unknown>;

/** Statements of one flush: no document that clients of ours send has half as many in a level. */
const MAX_STATEMENTS = 32;

/** Requests whose reads are one flush, such flushes of a tenant at once, and requests that may wait for one. */
const TOGETHER = 64;
const AT_ONCE = 2;
const WAITING = 1_000;

/** What one request asks in a turn of the event loop. */
interface Flush {
  tenant: Tenant;
  calls: CallLog;
  signal: AbortSignal | undefined;
  reads: PendingRead[];
}

/** Reads of a request, and of these, by text and values, what is asked once for all who want it. */
interface Gathering {
  reads: PendingRead[];
  once: Map<string, Promise<Row[]>>;
}

/** Reads of requests: everything that one level of a request asks is pipelined into one round trip. */
export class PostgresReads {
  /** Reads waiting for the next turn of the event loop, per request and tenant. */
  readonly #pending = new Map<CallLog, Map<number, Gathering>>();
  readonly #tenantOf = new WeakMap<pg.PoolClient, string>();
  readonly #together: Together<Flush, void>;

  /**
   * @param pool of pipelined connections, used for nothing else that sets a tenant.
   * @param waitMs how long a read that is shared waits for its turn at most. Milliseconds.
   */
  constructor(
    private readonly pool: PostgresPool,
    private readonly guard: StoreGuard,
    private readonly statements: PreparedStatements,
    waitMs: number,
  ) {
    this.#together = new Together({
      most: TOGETHER,
      atOnce: AT_ONCE,
      waiting: WAITING,
      waitMs,
      work: (turns) => this.#askTogether(turns),
    });
  }

  /** Reads rows: see `PostgresStore.read`. */
  read<R = Row>(
    request: StoreRequest,
    operation: string,
    statement: Sql,
    uniqueKeys: number,
    place?: ReadPlace,
  ): Promise<R[]> {
    return this.#read({ request, operation, statement, uniqueKeys, place }) as Promise<R[]>;
  }

  /** Reads the rows of a key: see `PostgresStore.readShared`. */
  readShared<K, R extends SharedRow>(request: StoreRequest, read: SharedRead<K>, key: K): Promise<R[]> {
    const shared = { read: read as SharedRead<unknown>, key };
    const alone = { request, operation: read.operation, statement: null, uniqueKeys: 1, shared };
    return this.#read(alone) as Promise<unknown> as Promise<R[]>;
  }

  #read(asked: Omit<PendingRead, "resolve" | "reject">): Promise<Row[]> {
    const { request, place, statement } = asked;
    const { signal } = request;
    if (signal?.aborted) return Promise.reject(new StoreAbortedError("POSTGRES", signal.reason));
    const { reads, once } = this.#gathering(request);
    const add = () => new Promise<Row[]>((resolve, reject) => void reads.push({ ...asked, resolve, reject }));
    if (!place || !statement) return add();
    const key = JSON.stringify([place, statement.text, statement.values]);
    const rows = once.get(key) ?? add();
    once.set(key, rows);
    return rows;
  }

  /** What the request asks until the event loop turns. */
  #gathering({ calls, tenant }: StoreRequest): Gathering {
    const tenants = this.#pending.get(calls) ?? new Map<number, Gathering>();
    this.#pending.set(calls, tenants);
    const known = tenants.get(tenant.id);
    if (known) return known;
    const gathering: Gathering = { reads: [], once: new Map() };
    tenants.set(tenant.id, gathering);
    setImmediate(() => {
      tenants.delete(tenant.id);
      if (tenants.size === 0) this.#pending.delete(calls);
      void this.#flush(tenant, calls, inPlace(gathering.reads));
    });
    return gathering;
  }

  /**
   * Asks what one request has gathered. One round trip, unless it is more than a request should ask at once: then pieces
   * follow each other, each with a deadline and a place of its own, so that others get their turn in between.
   */
  async #flush(tenant: Tenant, calls: CallLog, reads: PendingRead[]): Promise<void> {
    // All of them belong to one request.
    const request = { tenant, calls, signal: reads[0]?.request.signal };
    if (reads.every(({ shared }) => shared)) return this.#share({ ...request, reads });
    if (reads.length <= MAX_STATEMENTS) return this.#ask(request, reads, false);
    for (let at = 0; at < reads.length; at += MAX_STATEMENTS)
      await this.#ask(request, reads.slice(at, at + MAX_STATEMENTS), true);
  }

  /** Asks what other requests may be asking as well: together with them, where they are. */
  async #share(flush: Flush): Promise<void> {
    const { tenant, calls, signal, reads } = flush;
    // Who has waited in vain before is told so at once.
    if (calls.waitedFor.has("POSTGRES")) return this.#askAlone(flush);
    const lane = `${tenant.id} ${tenant.schema}`;
    await this.#together.do(lane, flush, signal).catch((error: unknown) => {
      const full = error instanceof PlacesFullError;
      rejectAll(
        reads,
        full ? new StoreUnavailableError("POSTGRES") : new StoreAbortedError("POSTGRES", error),
      );
    });
  }

  async #askTogether(turns: readonly Turn<Flush, void>[]): Promise<void> {
    const flushes = turns.map(({ job }) => job);
    const [first] = flushes;
    if (first && flushes.length === 1) await this.#askAlone(first);
    else await this.#askMerged(flushes);
    for (const turn of turns) turn.done();
  }

  #askAlone({ reads, ...request }: Flush): Promise<void> {
    return this.#ask(request, reads, false);
  }

  /** Asks for several requests at once. Where a statement fails, each asks for itself: one key may be the reason. */
  async #askMerged(flushes: readonly Flush[]): Promise<void> {
    const [{ tenant }] = flushes as [Flush];
    const reads = flushes.flatMap((flush) => flush.reads);
    const statements = merged(reads);
    const request = { tenant, calls: new CallLog() };
    const started = performance.now();
    const ends = flushes.map(endWithRequest);
    try {
      const answers = await this.guard.call(request, {
        ...describe(reads),
        beyondBudget: false,
        rowsOf: countRows,
        run: (signal) => this.pool.use(signal, (client) => this.#send(client, tenant, statements)),
      });
      const dealt = deal(statements, answers);
      if (!dealt) return void (await Promise.all(flushes.map((flush) => this.#askAlone(flush))));
      for (const flush of flushes) flush.calls.record(toldOf(flush.reads, dealt), started);
      for (const [read, rows] of dealt) read.resolve(rows);
    } catch (error) {
      for (const { calls } of flushes)
        for (const store of request.calls.waitedFor) calls.waitedFor.add(store);
      rejectAll(reads, error);
    } finally {
      for (const end of ends) end();
    }
  }

  async #ask(request: StoreRequest, reads: PendingRead[], beyondBudget: boolean): Promise<void> {
    let answers: PromiseSettledResult<Row[]>[];
    try {
      answers = await this.guard.call(request, {
        ...describe(reads),
        beyondBudget,
        rowsOf: countRows,
        run: (signal) =>
          this.pool.use(signal, (client) => this.#send(client, request.tenant, reads.map(apart))),
      });
    } catch (error) {
      return rejectAll(reads, error);
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
    reads: readonly { statement: Sql }[],
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

function inPlace(reads: PendingRead[]): PendingRead[] {
  const at = (place: ReadPlace | undefined) => reads.filter((read) => read.place === place);
  return [...at("first"), ...at(undefined), ...at("last")];
}

function rejectAll(reads: readonly PendingRead[], error: unknown): void {
  for (const read of reads) read.reject(error);
}

/** Has reads end with their request, while others go on. @returns what takes that back. */
function endWithRequest({ signal, reads }: Flush): () => void {
  const end = () => rejectAll(reads, new StoreAbortedError("POSTGRES", signal?.reason));
  signal?.addEventListener("abort", end, { once: true });
  return () => signal?.removeEventListener("abort", end);
}

/** What one of several requests is told of a call that they share. */
function toldOf(reads: readonly PendingRead[], dealt: ReadonlyMap<PendingRead, Row[]>) {
  const rows = reads.reduce((sum, read) => sum + (dealt.get(read)?.length ?? 0), 0);
  return { store: "POSTGRES" as const, ...describe(reads), rows };
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
