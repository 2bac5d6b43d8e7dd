import type pg from "pg";

import { wordsOf } from "../../../packages/told-errors/index.js";
import { PostgresClient } from "../../engines/postgres/client.postgres.js";
import { type Sql } from "../../engines/postgres/store.postgres.js";
import { StoreUnavailableError } from "../../core/store-error.js";
import { PartitionLostError } from "./outbox-consumer.js";
import { OUTBOX_SETTINGS, outboxTypes } from "./outbox-pool.postgres.js";
import { OUTBOX_CHANNEL } from "./outbox-event.js";

/** Time for one statement. Milliseconds. */
const STATEMENT_MS = 10_000;
/** Longer than a statement: when even its cancellation does not come, the connection is dead. */
const ANSWER_MS = 15_000;
/** A process that is frozen must not keep what it holds: the server ends a connection that asks nothing. */
const IDLE_MS = 15_000;

/** One connection that listens and holds locks. Once it is gone it stays gone. */
export class OutboxSession {
  #lost: string | undefined;
  /** The statement sent last: those of several targets follow each other. */
  #last: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly client: pg.Client,
    private readonly onLost: (reason: string) => void,
  ) {}

  /**
   * @param url a URL for the application's role.
   * @param onNotice told of each notification's payload.
   * @param onLost told once when the connection breaks, not when it is closed.
   * @throws StoreUnavailableError when PostgreSQL does not answer.
   */
  static async open(
    url: string,
    onNotice: (payload: string) => void,
    onLost: (reason: string) => void,
  ): Promise<OutboxSession> {
    const client = new PostgresClient({
      connectionString: url,
      types: outboxTypes,
      application_name: "marquee-projector",
      connectionTimeoutMillis: 5_000,
      query_timeout: ANSWER_MS,
      keepAlive: true,
      options:
        `${OUTBOX_SETTINGS} -c statement_timeout=${STATEMENT_MS} -c idle_session_timeout=${IDLE_MS}` +
        " -c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3",
    });
    const session = new OutboxSession(client, onLost);
    client.on("error", (error) => session.#lose(wordsOf(error)));
    client.on("end", () => session.#lose("the connection was closed"));
    client.on("notification", ({ payload }) => onNotice(payload ?? ""));
    try {
      await client.connect();
      await client.query(`listen ${OUTBOX_CHANNEL}`);
    } catch (error) {
      session.#lost = "it was never made";
      void client.end().catch(() => undefined);
      throw new StoreUnavailableError("POSTGRES", { cause: error });
    }
    return session;
  }

  get alive(): boolean {
    return this.#lost === undefined;
  }

  /** @throws PartitionLostError when the connection is gone. */
  query<R extends object>(statement: Sql): Promise<R[]> {
    const answer = this.#last.then(() => this.#ask<R>(statement));
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  async #ask<R extends object>(statement: Sql): Promise<R[]> {
    if (this.#lost !== undefined) throw new PartitionLostError(this.#lost);
    try {
      return (await this.client.query<R>(statement)).rows;
    } catch (error) {
      if (this.#lost !== undefined) throw new PartitionLostError(this.#lost);
      const { code, message } = error as { code?: unknown; message: string };
      // What the server refuses has a SQLSTATE; anything else says that there is no server to be spoken with.
      if (typeof code === "string" && /^(?!08|57)[0-9A-Z]{5}$/.test(code)) throw error;
      this.#lose(message);
      throw new PartitionLostError(message);
    }
  }

  async close(): Promise<void> {
    this.#lost ??= "it was given back";
    await this.client.end().catch(() => undefined);
  }

  #lose(reason: string): void {
    if (this.#lost !== undefined) return;
    this.#lost = reason;
    // Without a goodbye: whoever does not answer would not answer that either.
    (this.client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
    this.onLost(reason);
  }
}
