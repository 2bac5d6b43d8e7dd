import { once } from "node:events";

import { MongoClient, type Db } from "mongodb";

import { wordsOf } from "../../../packages/told-errors/index.js";
import { StoreGuard } from "../store-guard.js";
import { type StoreRequest } from "../../core/store-request.js";
import { type Tenant } from "../../core/tenant.js";
import { isMongoOutage } from "./outage.mongodb.js";

export interface MongoStoreOptions {
  /** Time that one read may take before it is cancelled. Milliseconds. */
  deadlineMs: number;
  /** PEM file of the authority that signed the server's certificate, where the system does not know it. */
  caFile?: string | undefined;
  /** Told of what goes wrong while nobody asks, in one line. */
  onLog: (line: string) => void;
  /** Makes the driver announce each command (`client.on("commandStarted", …)`), for those who count or trace them. */
  announceCommands?: boolean | undefined;
}

/** One read of MongoDB for a request. */
export interface MongoRead<T> {
  /** `<domain>.<method>`. */
  operation: string;
  uniqueKeys: number;
  rowsOf: (answer: T) => number;
  /** Issues the command with the options given, which bound it in time and let it be cancelled. */
  run: (db: Db, bounds: ReadBounds) => Promise<T>;
}

/** What every read passes on to the driver: the server gives up at the deadline, an abort breaks the connection off. */
export interface ReadBounds {
  maxTimeMS: number;
  signal: AbortSignal;
}

const DATABASE = "marquee";
const POOL_SIZE = 32;
/** Time to find a server. Short: whoever waits for a store that is down holds up a request. Milliseconds. */
const SELECTION_MS = 1_000;
const CONNECT_MS = 2_000;
const IDLE_MS = 60_000;
/** Silence after which a write is given up; reads end sooner. Milliseconds. */
const SOCKET_MS = 120_000;

/**
 * A MongoDB deployment: connections, and where each tenant's data is. Shared tenants live in the database that the URL
 * names (`marquee` unless it does), each of the others in one of its own, `<database>_tenant_<id>`.
 */
export class MongoStore {
  readonly guard: StoreGuard;
  readonly deadlineMs: number;
  readonly #database: string;
  #client: MongoClient;
  #connected: Promise<unknown> | undefined;
  #closed = false;

  /** @param url `mongodb://` or `mongodb+srv://`, with user, password and options such as `tls` and `authSource`. */
  constructor(
    private readonly url: string,
    private readonly options: MongoStoreOptions,
  ) {
    const { deadlineMs } = options;
    this.deadlineMs = deadlineMs;
    this.#client = openClient(url, options);
    this.#database = databaseOf(url);
    this.guard = new StoreGuard({
      store: "MONGODB",
      deadlineMs,
      concurrency: POOL_SIZE,
      isOutage: isMongoOutage,
      probe: (signal) => this.#probe(signal),
    });
  }

  /** Of the driver; another one after the server was away. */
  get client(): MongoClient {
    return this.#client;
  }

  /** Name of the database that holds a tenant's data. */
  databaseNameOf(tenant: Tenant): string {
    return tenant.tier === "SHARED" ? this.#database : `${this.#database}_tenant_${tenant.id}`;
  }

  /** The database that holds a tenant's data. */
  databaseOf(tenant: Tenant): Db {
    return this.client.db(this.databaseNameOf(tenant));
  }

  /** The database of the shared tenants. */
  sharedDatabase(): Db {
    return this.client.db(this.#database);
  }

  /**
   * Makes one read for a request, by way of the guard.
   *
   * @throws StoreUnavailableError, StoreAbortedError as the guard does.
   */
  read<T>(request: StoreRequest, { operation, uniqueKeys, rowsOf, run }: MongoRead<T>): Promise<T> {
    return this.guard.call(request, {
      operation,
      uniqueKeys,
      rowsOf,
      run: async (signal) => {
        await this.connected();
        return run(this.databaseOf(request.tenant), { maxTimeMS: this.deadlineMs, signal });
      },
    });
  }

  /**
   * Resolves when the first connection is there, and from then on at once. To be asked before a server that may be
   * absent is used: the driver gives up for good where its own first try fails.
   */
  connected(): Promise<unknown> {
    if (this.#connected) return this.#connected;
    const connected = this.client.connect().catch((error: unknown) => {
      if (this.#connected === connected) this.#connected = undefined;
      throw error;
    });
    return (this.#connected = connected);
  }

  /** Asks the server for its version; fails as the driver does. */
  async ping(signal = AbortSignal.timeout(this.deadlineMs)): Promise<{ version: string }> {
    await this.connected();
    const info = await this.client
      .db("admin")
      .command({ buildInfo: 1, maxTimeMS: this.deadlineMs }, { signal });
    return { version: String(info.version) };
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.guard.close();
    await this.client.close();
  }

  /**
   * Asks whether the server is back. Where it does not answer, the next to ask does so by new connections: the driver
   * takes those that say nothing for open, and looks for a server that it has lost with pauses of up to seconds.
   */
  async #probe(signal: AbortSignal): Promise<void> {
    const late = once(signal, "abort").then(() => Promise.reject(signal.reason as Error));
    try {
      await Promise.race([this.ping(signal), late]);
    } catch (error) {
      if (!this.#closed) this.#renew();
      throw error;
    }
  }

  #renew(): void {
    const givenUp = this.#client;
    this.#client = openClient(this.url, this.options);
    this.#connected = undefined;
    void givenUp.close().catch(() => undefined);
  }
}

/** A connection string may name several hosts, which `URL` does not take, so the database is picked out of its text. */
function databaseOf(url: string): string {
  const name = /^mongodb(?:\+srv)?:\/\/[^/?]+\/([^?]+)/.exec(url)?.[1];
  return name ? decodeURIComponent(name) : DATABASE;
}

function openClient(
  url: string,
  { caFile, onLog, announceCommands = false }: MongoStoreOptions,
): MongoClient {
  const client = new MongoClient(url, {
    appName: "marquee",
    maxPoolSize: POOL_SIZE,
    maxIdleTimeMS: IDLE_MS,
    socketTimeoutMS: SOCKET_MS,
    serverSelectionTimeoutMS: SELECTION_MS,
    connectTimeoutMS: CONNECT_MS,
    // The guard tries again itself, within a budget that the driver knows nothing of.
    retryReads: false,
    monitorCommands: announceCommands,
    ...(caFile ? { tls: true, tlsCAFile: caFile } : {}),
  });
  client.on("serverHeartbeatFailed", ({ connectionId, failure }) => {
    onLog(`MongoDB at ${connectionId} does not answer: ${wordsOf(failure)}`);
  });
  return client;
}
