import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

import { ExponentialBackoff, handleWhen, retry } from "cockatiel";
import neo4j, {
  isRetryableError,
  Neo4jError,
  type AuthToken,
  type Config,
  type Driver,
  type Session,
  type SessionMode,
} from "neo4j-driver";

import { withoutValues } from "../../../packages/told-errors/index.js";
import { StoreUnavailableError } from "../../core/store-error.js";
import { StoreGuard } from "../store-guard.js";
import { type StoreRequest } from "../../core/store-request.js";

export interface Neo4jOptions {
  /** Time that a read may take before it is cancelled here and on the server. Milliseconds. */
  deadlineMs: number;
  /** PEM file of the authority that signs the server's certificate, where the system does not know it. */
  caFile?: string;
  /** Told of what goes wrong while nobody asks, in one line. */
  onLog(line: string): void;
}

/** A Cypher statement. Values go into `parameters` only; whole numbers as `integer(…)`, since a number is a float to Cypher. */
export interface Cypher {
  text: string;
  parameters: Record<string, unknown>;
}

export const integer = (value: number) => neo4j.int(value);

/** Connections, and as many reads under way at once as leave some for writing. */
const POOL = 20;
const CONCURRENT_READS = 16;
/** Time after which a connection that does not confirm the end of a statement is taken for lost. Milliseconds. */
const CONFIRMATION_MS = 1_000;

/** Neo4j for one deployment: the connection pool, and what every statement passes through. */
export class Neo4jStore {
  readonly guard: StoreGuard;
  readonly #connect: () => Driver;
  readonly #database: string | undefined;
  #pool: Pool;

  /**
   * Opens nothing yet: connections are made when first needed.
   *
   * @param url `bolt://`, `bolt+s://`, `bolt+ssc://` for one server, `neo4j…://` for a cluster; user and password as
   * userinfo, a database other than the server's default as path: `neo4j+s://user:password@host:7687/database`.
   * @throws TypeError when the URL is not of that form.
   */
  constructor(
    url: string,
    private readonly options: Neo4jOptions,
  ) {
    const target = parseUrl(url, options.caFile);
    this.#connect = () => openDriver(target, options);
    this.#pool = { driver: this.#connect(), sessions: new Set() };
    this.#database = target.database;
    this.guard = new StoreGuard({
      store: "NEO4J",
      deadlineMs: options.deadlineMs,
      concurrency: CONCURRENT_READS,
      isOutage,
      probe: (signal) => this.ping(signal),
    });
  }

  /** Time that a read may take. Milliseconds. */
  get deadlineMs(): number {
    return this.options.deadlineMs;
  }

  /**
   * Reads for a request: one statement, one round trip, one recorded call.
   *
   * @throws StoreUnavailableError, StoreAbortedError as `StoreGuard.call` does.
   */
  read<R>(
    request: StoreRequest,
    call: { operation: string; uniqueKeys: number; rowsOf: (rows: R[]) => number },
    statement: Cypher,
  ): Promise<R[]> {
    return this.guard.call(request, {
      ...call,
      run: (signal) => this.#run<R>(statement, neo4j.session.READ, this.options.deadlineMs, signal),
    });
  }

  /**
   * Runs one statement in a transaction of its own, for jobs and projections. Tried again where Neo4j has undone it to
   * free others from a deadlock, and only then: a statement may not be safe to repeat when nobody knows whether it was
   * committed.
   *
   * @param timeoutMs after which the server ends it. Milliseconds, above 0.
   * @throws StoreUnavailableError when Neo4j does not answer.
   */
  async write<R>(statement: Cypher, timeoutMs: number): Promise<R[]> {
    // A server that is frozen keeps no time.
    const signal = AbortSignal.timeout(timeoutMs + this.options.deadlineMs);
    try {
      return await deadlocks.execute(() => this.#run<R>(statement, neo4j.session.WRITE, timeoutMs, signal));
    } catch (error) {
      if (signal.aborted || isOutage(error)) throw new StoreUnavailableError("NEO4J", { cause: error });
      throw error;
    }
  }

  /**
   * Answers when Neo4j does, with the server's version.
   *
   * @param signal ends it; the deadline of a read unless given.
   * @throws what the signal is aborted with.
   */
  async ping(signal = AbortSignal.timeout(this.deadlineMs)): Promise<{ version: string }> {
    const { deadlineMs } = this.options;
    const text = "CALL dbms.components() YIELD versions RETURN versions[0] AS version";
    const [row] = await this.#run<{ version: string }>(
      { text, parameters: {} },
      neo4j.session.READ,
      deadlineMs,
      signal,
    );
    return { version: row?.version ?? "" };
  }

  async close(): Promise<void> {
    this.guard.close();
    await this.#pool.driver.close();
  }

  async #run<R>(
    { text, parameters }: Cypher,
    mode: SessionMode,
    timeout: number,
    signal: AbortSignal,
  ): Promise<R[]> {
    signal.throwIfAborted();
    const pool = this.#pool;
    const session = pool.driver.session({ defaultAccessMode: mode, database: this.#database });
    pool.sessions.add(session);
    // Closing a session with a statement under way resets its connection, which ends the statement on the server.
    const end = () => void this.#end(pool, session);
    let abort = end;
    const aborted = new Promise<never>((_, reject) => {
      abort = () => {
        end();
        reject(signal.reason as Error);
      };
    });
    signal.addEventListener("abort", abort, { once: true });
    try {
      // One statement in a transaction of its own crosses the wire once; a managed transaction takes three messages.
      const answer = session.run(`CYPHER 25 ${text}`, parameters, { timeout });
      // A server that is frozen does not even confirm that it has ended a statement: nobody waits for that.
      const { records } = await Promise.race([answer, aborted]).catch((error: unknown) => {
        throw signal.aborted || error instanceof Neo4jError ? error : new UnreadableAnswerError(error);
      });
      return records.map((record) => record.toObject() as R);
    } finally {
      signal.removeEventListener("abort", abort);
      end();
    }
  }

  /** Ends a session, and gives its pool up where the server does not confirm that in time. */
  async #end(pool: Pool, session: Session): Promise<void> {
    if (!pool.sessions.delete(session)) return;
    const waiting = new AbortController();
    const ended = session.close().then(
      () => true,
      () => true,
    );
    const late = sleep(CONFIRMATION_MS, false, { ref: false, signal: waiting.signal }).catch(() => true);
    const isEnded = await Promise.race([ended, late]);
    waiting.abort();
    if (!isEnded && pool === this.#pool) this.#pool = { driver: this.#connect(), sessions: new Set() };
    // The last to leave a pool that was given up closes it, with the connections that are lost.
    if (pool !== this.#pool && pool.sessions.size === 0) await pool.driver.close().catch(() => undefined);
  }
}

/**
 * A driver with the sessions that have a statement under way. The driver waits for ever for the end of a statement that a
 * frozen server does not confirm, and keeps that connection's place in its pool: it closes connections with itself alone.
 */
interface Pool {
  driver: Driver;
  sessions: Set<Session>;
}

/** What came was not what a server says: a connection that was cut or mixed up. */
class UnreadableAnswerError extends Error {
  constructor(cause: unknown) {
    super("Neo4j's answer cannot be read", { cause });
    this.name = "UnreadableAnswerError";
  }
}

function openDriver({ address, auth, encryption }: Target, options: Neo4jOptions): Driver {
  const { deadlineMs } = options;
  return neo4j.driver(address, auth, {
    ...encryption,
    userAgent: "marquee",
    disableLosslessIntegers: true,
    // All records with the first pull: by default every further thousand would cost a round trip.
    fetchSize: -1,
    maxConnectionPoolSize: POOL,
    connectionAcquisitionTimeout: deadlineMs,
    connectionTimeout: deadlineMs,
    connectionLivenessCheckTimeout: 60_000,
    telemetryDisabled: true,
    logging: {
      level: "error",
      logger: (_level, message) => options.onLog(`Neo4j: ${withoutValues(message ?? "")}`),
    },
  } satisfies Config);
}

interface Target {
  address: string;
  auth: AuthToken | undefined;
  database: string | undefined;
  encryption: Pick<Config, "encrypted" | "trust" | "trustedCertificates">;
}

function parseUrl(text: string, caFile: string | undefined): Target {
  const url = new URL(text);
  const scheme = /^(bolt|neo4j)(\+s|\+ssc)?:$/.exec(url.protocol);
  if (!scheme) throw new TypeError(`A Neo4j URL starts with bolt:// or neo4j://, found ${url.protocol}//`);
  const auth = url.username
    ? neo4j.auth.basic(decodeURIComponent(url.username), decodeURIComponent(url.password))
    : undefined;
  const database = decodeURIComponent(url.pathname.replace(/^\//, "")) || undefined;
  const address = (protocol: string) => `${protocol}//${url.host}${url.search}`;
  if (caFile === undefined) return { address: address(url.protocol), auth, database, encryption: {} };
  // The driver takes either a scheme that says how to encrypt or the trust in its configuration, never both.
  return {
    address: address(`${scheme[1]}:`),
    auth,
    database,
    encryption: {
      encrypted: "ENCRYPTION_ON",
      trust: "TRUST_CUSTOM_CA_SIGNED_CERTIFICATES",
      trustedCertificates: [readableFile(caFile)],
    },
  };
}

function readableFile(path: string): string {
  readFileSync(path);
  return path;
}

/** Those who met in a deadlock come again one after the other. */
const deadlocks = retry(
  handleWhen(
    (error) =>
      error instanceof Neo4jError && error.code === "Neo.TransientError.Transaction.DeadlockDetected",
  ),
  { maxAttempts: 5, backoff: new ExponentialBackoff({ initialDelay: 20, maxDelay: 500 }) },
);

/** Server errors that say that it cannot serve anybody just now, or not us, beside those the driver calls retryable. */
const OUTAGE_CODES = [
  "ServiceUnavailable",
  "SessionExpired",
  "Neo.ClientError.Transaction.Terminated",
  "Neo.ClientError.Transaction.TransactionTimedOut",
  "Neo.ClientError.Transaction.TransactionTimedOutClientConfiguration",
  "Neo.ClientError.Security.Unauthorized",
  "Neo.ClientError.Security.AuthenticationRateLimit",
];

/** Whether an error means that Neo4j is unreachable, overloaded, too slow or closed to us. */
function isOutage(error: unknown): boolean {
  if (!(error instanceof Neo4jError)) return error instanceof UnreadableAnswerError;
  return (
    isRetryableError(error) ||
    OUTAGE_CODES.includes(error.code) ||
    error.code.startsWith("Neo.TransientError.") ||
    // A socket that breaks while it is written to has no code of its own.
    /acquisition timed out|Pool is closed|Failed to connect to server|Connection was closed|Unknown Bolt protocol/i.test(
      error.message,
    )
  );
}
