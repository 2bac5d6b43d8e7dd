import { readFileSync } from "node:fs";

import { Client, errors } from "@opensearch-project/opensearch";

import { StoreUnavailableError } from "../../core/store-error.js";
import { type GuardedCall, StoreGuard } from "../store-guard.js";
import { type StoreRequest } from "../../core/store-request.js";
import { type Tenant } from "../../core/tenant.js";

export interface OpenSearchOptions {
  /** Time that one read may take before it is cancelled, here and at OpenSearch. Milliseconds. */
  deadlineMs: number;
  /** Certificate authority of an `https:` URL, a PEM file; the system's unless given. */
  caFile?: string | undefined;
  /** What the names of indexes and aliases start with, so that deployments can share a cluster; `marquee` unless given. */
  prefix?: string | undefined;
  /** Told of what goes wrong while nobody asks, in one line. */
  onLog: (line: string) => void;
}

/** One HTTP request of the REST interface. */
export interface RestCall {
  method: "GET" | "POST" | "PUT" | "DELETE" | "HEAD";
  path: string;
  body?: object | undefined;
  /** Bodies of `_bulk` and `_msearch`: one JSON text a line. */
  lines?: readonly object[] | undefined;
  query?: Record<string, string | number | boolean> | undefined;
  /** Statuses that are answers, not errors. */
  expected?: readonly number[] | undefined;
  /** Milliseconds; that of writing unless given. */
  timeoutMs?: number | undefined;
  signal?: AbortSignal | undefined;
}

export interface RestAnswer<T> {
  status: number;
  body: T;
}

/** A search was cut off by its own time limit: what came back is a part. */
export class SearchTimedOutError extends Error {
  constructor() {
    super("OpenSearch answered a part of a search because its time was up");
    this.name = "SearchTimedOutError";
  }
}

/** Sockets to OpenSearch, and searches at once; as many again may wait. */
const CONNECTIONS = 16;
/** A batch of a rebuild, or removing what an old target held. Milliseconds. */
const WRITE_TIMEOUT_MS = 60_000;
/** An outage in an answer's status: too many requests, a gateway's complaint, no master, a shard that is not there. */
const OUTAGE_STATUSES: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/**
 * OpenSearch for one deployment: a client with named, kept-alive connections, and the guard that reads pass through.
 * User and password come from the URL (`https://user:password@host:9200`).
 */
export class OpenSearchStore {
  readonly client: Client;
  readonly guard: StoreGuard;
  readonly prefix: string;

  constructor(
    url: string,
    private readonly options: OpenSearchOptions,
  ) {
    this.prefix = options.prefix ?? "marquee";
    this.client = new Client({
      node: url,
      name: "marquee",
      headers: { "user-agent": "marquee" },
      opaqueIdPrefix: "marquee-",
      agent: { keepAlive: true, maxSockets: CONNECTIONS, maxFreeSockets: CONNECTIONS },
      // The guard retries, within its budget; and it decides when to ask again one that was down.
      maxRetries: 0,
      resurrectStrategy: "none",
      ...(options.caFile === undefined ? {} : { ssl: { ca: readFileSync(options.caFile, "utf8") } }),
    });
    this.guard = new StoreGuard({
      store: "OPENSEARCH",
      deadlineMs: options.deadlineMs,
      concurrency: CONNECTIONS,
      isOutage,
      probe: (signal) => this.ping(signal),
    });
  }

  /** The deadline of a read. Milliseconds. */
  get deadlineMs(): number {
    return this.options.deadlineMs;
  }

  /** Says something to the operator, in one line. */
  log(line: string): void {
    this.options.onLog(line);
  }

  /** Makes one guarded call for a request; see StoreGuard. */
  read<T>(request: StoreRequest, call: GuardedCall<T>): Promise<T> {
    return this.guard.call(request, call);
  }

  /** The alias under which the titles of one generation of a tenant are found. */
  aliasOf(tenant: Tenant, generation: number): string {
    return `${this.prefix}-search-${tenant.id}-${generation}`;
  }

  /**
   * Sends one request that is no guarded read: a write, or the upkeep of indexes.
   *
   * @throws StoreUnavailableError when OpenSearch is down, overloaded or too slow.
   */
  async write<T>(call: RestCall): Promise<RestAnswer<T>> {
    try {
      return await this.send<T>(call);
    } catch (error) {
      throw isOutage(error) ? new StoreUnavailableError("OPENSEARCH", { cause: error }) : error;
    }
  }

  /** Sends one request; aborting its signal closes the connection, which cancels a search at OpenSearch too. */
  async send<T>({ signal, timeoutMs = WRITE_TIMEOUT_MS, ...call }: RestCall): Promise<RestAnswer<T>> {
    signal?.throwIfAborted();
    const sent = this.client.transport.request(
      {
        method: call.method,
        path: call.path,
        ...(call.body && { body: call.body as Record<string, unknown> }),
        ...(call.lines && { bulkBody: call.lines.map((line) => JSON.stringify(line)) }),
        ...(call.query && { querystring: call.query }),
      },
      { requestTimeout: timeoutMs, ignore: [...(call.expected ?? [])] },
    );
    const abort = () => void sent.abort();
    signal?.addEventListener("abort", abort, { once: true });
    try {
      const answer = await sent;
      return { status: answer.statusCode ?? 0, body: answer.body as T };
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  }

  /** Answers when OpenSearch does, with its version. */
  async ping(signal = AbortSignal.timeout(this.deadlineMs)): Promise<{ version: string }> {
    const call: RestCall = { method: "GET", path: "/", signal, timeoutMs: this.options.deadlineMs };
    const { body } = await this.write<{ version: { number: string } }>(call);
    return { version: body.version.number };
  }

  /** Closes the connections; requests under way fail. */
  close(): Promise<void> {
    this.guard.close();
    return this.client.close();
  }
}

/** Whether an error means that OpenSearch is unreachable, overloaded or too slow, as against a request that is wrong in itself. */
export function isOutage(error: unknown): boolean {
  if (error instanceof errors.ResponseError) return OUTAGE_STATUSES.has(error.statusCode ?? 0);
  return (
    error instanceof StoreUnavailableError ||
    error instanceof SearchTimedOutError ||
    error instanceof errors.ConnectionError ||
    error instanceof errors.TimeoutError ||
    error instanceof errors.NoLivingConnectionsError
  );
}

/** Whether a status within an answer (of a part of a `_bulk` or `_msearch`) means an outage. */
export function isOutageStatus(status: number): boolean {
  return OUTAGE_STATUSES.has(status);
}
