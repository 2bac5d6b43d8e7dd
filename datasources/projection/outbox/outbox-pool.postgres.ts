import pg from "pg";

import { PostgresClient } from "../../engines/postgres/client.postgres.js";
import { unavailable } from "../../engines/postgres/outage.postgres.js";
import { type Sql } from "../../engines/postgres/store.postgres.js";

/** Eight-byte integers as numbers: transaction ids and counts stay below 2^53 for longer than any deployment lives. */
export const outboxTypes = {
  getTypeParser: ((oid: number, format?: string) =>
    oid === (pg.types.builtins.INT8 as number)
      ? Number
      : (pg.types.getTypeParser(oid, format as "text") as unknown)) as typeof pg.types.getTypeParser,
};

/** Settings of a connection that sees the events of all tenants, and no other rows of any. */
export const OUTBOX_SETTINGS = "-c TimeZone=UTC -c jit=off -c marquee.projector=on -c marquee.tenant=0";

/** Time that the server gives a statement, and how much later one without an answer is given up here. Milliseconds. */
const STATEMENT_MS = 10_000;
const ANSWER_MARGIN_MS = 2_000;

/** Asks the outbox of the deployment, across tenants. */
export class OutboxPool {
  readonly #pool: pg.Pool;

  /**
   * @param url a URL for the application's role.
   * @param statementMs time that the server gives a statement. Milliseconds.
   */
  constructor(
    readonly url: string,
    onIdleError: (error: Error) => void,
    statementMs = STATEMENT_MS,
  ) {
    this.#pool = new pg.Pool({
      Client: PostgresClient,
      connectionString: url,
      types: outboxTypes,
      application_name: "marquee-outbox",
      max: 4,
      idleTimeoutMillis: 10_000,
      connectionTimeoutMillis: 5_000,
      // A server that has gone silent tells of no timeout.
      query_timeout: statementMs + ANSWER_MARGIN_MS,
      options: `${OUTBOX_SETTINGS} -c statement_timeout=${statementMs}`,
    });
    this.#pool.on("error", onIdleError);
    this.#pool.on("connect", (client) => client.on("error", () => undefined));
  }

  /** @throws StoreUnavailableError when PostgreSQL does not answer. */
  async query<R extends object>(statement: Sql | pg.QueryConfig): Promise<R[]> {
    try {
      return (await this.#pool.query<R>(statement)).rows;
    } catch (error) {
      throw unavailable(error);
    }
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }
}
