import { type EventEmitter } from "node:events";
import { type Duplex } from "node:stream";

import pg from "pg";

/** A statement that is being answered. */
interface ActiveQuery {
  /** Of a prepared one. */
  name?: string;
  /** Why its rows cannot be read: the driver says so when all of them have come. */
  _canceledDueToError: Error | false;
}

/** What the driver's types leave out. */
interface DriverClient {
  connection: EventEmitter & {
    stream: Duplex;
    /** Texts of the statements that the server has said to have prepared, by their names. */
    parsedStatements: Record<string, string | undefined>;
    attachListeners(stream: EventEmitter): void;
  };
  _activeQuery: ActiveQuery | null;
  _handleParseComplete(message: unknown): void;
  _handleRowDescription(message: Columns): void;
  _handleDataRow(message: unknown): void;
}

interface Columns {
  fields: readonly { name: string }[];
}

const driver = pg.Client.prototype as unknown as DriverClient;

/** What the server, or somebody on the way, has said is no answer to what was asked; nor is whatever comes behind it. */
export class UnreadableAnswerError extends Error {
  constructor(cause: unknown) {
    super("Connection terminated: what the server says cannot be read", { cause });
    this.name = "UnreadableAnswerError";
  }
}

/**
 * The driver's client, before a server that may say anything, in any order. What cannot be the answer breaks the
 * connection, and with it all that was asked there. By itself the driver ends the process for what it cannot parse, fails
 * one query for a row that it cannot read, and takes an answer that comes twice for that of the next query.
 */
export class PostgresClient extends pg.Client {
  /** Names of the columns of prepared statements, which never change. */
  readonly #columns = new Map<string, string>();

  constructor(config?: string | pg.ClientConfig) {
    super(config);
    const { connection } = this.#driver;
    const attach = connection.attachListeners.bind(connection);
    connection.attachListeners = (stream) => {
      attach(stream);
      readCarefully(stream, (cause) => this.#break(new UnreadableAnswerError(cause)));
    };
  }

  protected _handleParseComplete(message: unknown): void {
    const name = this.#driver._activeQuery?.name;
    if (name && this.#isPrepared(name)) this.#outOfTurn(`${name} was prepared before`);
    else driver._handleParseComplete.call(this, message);
  }

  protected _handleRowDescription(message: Columns): void {
    const name = this.#driver._activeQuery?.name;
    if (name && !this.#fits(name, message)) this.#outOfTurn(`${name} has other columns`);
    else driver._handleRowDescription.call(this, message);
  }

  protected _handleDataRow(message: unknown): void {
    const query = this.#driver._activeQuery;
    driver._handleDataRow.call(this, message);
    if (!query?._canceledDueToError) return;
    // It is what the query is rejected with.
    query._canceledDueToError = new UnreadableAnswerError(query._canceledDueToError);
    this.#break(query._canceledDueToError);
  }

  get #driver(): DriverClient {
    return this as unknown as DriverClient;
  }

  #isPrepared(name: string): boolean {
    return this.#driver.connection.parsedStatements[name] !== undefined;
  }

  /** Whether columns can be those of a statement, which is described once it is prepared, and always in the same way. */
  #fits(name: string, { fields }: Columns): boolean {
    const columns = fields.map((field) => field.name).join();
    const known = this.#columns.get(name);
    if (known === undefined) this.#columns.set(name, columns);
    return this.#isPrepared(name) && (known ?? columns) === columns;
  }

  #outOfTurn(what: string): void {
    this.#break(new UnreadableAnswerError(new Error(`${what}: it is answered out of turn`)));
  }

  #break(error: UnreadableAnswerError): void {
    const { connection } = this.#driver;
    connection.emit("error", error);
    connection.stream.destroy();
  }
}

/** Has the driver's parser, which listens to a connection, fail to somebody who can break it. */
function readCarefully(stream: EventEmitter, fail: (cause: unknown) => void): void {
  for (const read of stream.listeners("data") as ((chunk: Buffer) => void)[]) {
    stream.off("data", read);
    stream.on("data", (chunk: Buffer) => {
      try {
        read(chunk);
      } catch (error) {
        fail(error);
      }
    });
  }
}
