import { setTimeout as sleep } from "node:timers/promises";

import { createClient, RESP_TYPES } from "@redis/client";

import { within } from "./within.js";

/** What connecting and being let in may take. Milliseconds. */
const CONNECT_MS = 2_000;
/** Pauses before the server is looked for again: the first, and the longest of those that double. Milliseconds. */
const PAUSE_MS = 300;
const LONGEST_PAUSE_MS = 5_000;
/** A connection that has held for so long was a good one. Milliseconds. */
const GOOD_MS = 10_000;
/** Commands that wait for their answers at most: of a server that says nothing, those of one deadline. */
const MOST_WAITING = 10_000;

export interface RedisConnectionOptions {
  /** `redis://` or `rediss://`, with user, password and the number of a database. */
  url: string;
  /** PEM of the authority that signed the server's certificate, where the system does not know it. */
  ca?: string | undefined;
  /** What the server may take to answer next to nothing: one that takes longer is left alone. Milliseconds. */
  deadlineMs: number;
  onUp: () => void;
  /** Told what was wrong when a connection is given up, and when the first cannot be had. */
  onDown: (error: unknown) => void;
}

type Client = ReturnType<typeof makeClient>;

/**
 * One connection to a server that may be absent, slow or out of its mind. It is given up at the first sign that answers
 * are not those to what was asked, and where its user finds that it does not answer; a new one is used once it has
 * answered in time. Nothing waits for it meanwhile.
 */
export class RedisConnection {
  #client: Client | undefined;
  #pauseMs = PAUSE_MS;
  #upSince = 0;
  #closed = false;
  #told = false;

  constructor(private readonly options: RedisConnectionOptions) {
    void this.#connect();
  }

  get isUp(): boolean {
    return this.#client !== undefined;
  }

  /** Sends a command. @throws where there is no connection, it is lost, or the server refuses the command. */
  async ask(...command: (string | Buffer)[]): Promise<unknown> {
    if (!this.#client) throw new Error("There is no connection");
    return this.#client.sendCommand(command);
  }

  /** Gives the connection up, and looks for another. */
  giveUp(error: unknown): void {
    this.#lost(this.#client, error);
  }

  close(): void {
    this.#closed = true;
    if (this.#client) end(this.#client);
    this.#client = undefined;
  }

  #lost(client: Client | undefined, error: unknown): void {
    if (!client || client !== this.#client) return;
    this.#client = undefined;
    end(client);
    this.#told = true;
    this.options.onDown(error);
    if (performance.now() - this.#upSince > GOOD_MS) this.#pauseMs = PAUSE_MS;
    void this.#later();
  }

  async #later(): Promise<void> {
    await sleep(this.#pauseMs, undefined, { ref: false });
    this.#pauseMs = Math.min(2 * this.#pauseMs, LONGEST_PAUSE_MS);
    if (!this.#closed) await this.#connect();
  }

  async #connect(): Promise<void> {
    let client: Client | undefined;
    try {
      client = makeClient(this.options, (error) => this.#lost(client, error));
      await within(CONNECT_MS, client.connect());
      const answer = await within(this.options.deadlineMs, client.sendCommand<unknown>(["PING"]));
      if (answer !== "PONG") throw new Error("The server has not answered what it was asked");
      if (this.#closed) return end(client);
      this.#upSince = performance.now();
      this.#client = client;
      this.#told = false;
      this.options.onUp();
    } catch (error) {
      if (client) end(client);
      if (!this.#told && !this.#closed) this.options.onDown(error);
      this.#told = true;
      void this.#later();
    }
  }
}

function makeClient({ url, ca }: RedisConnectionOptions, onError: (error: unknown) => void) {
  // Where the URL asks for none, it stays in the clear.
  const authority = ca !== undefined && url.startsWith("rediss:") ? { tls: true as const, ca } : {};
  const client = createClient({
    url,
    // What every server since version 2 speaks.
    RESP: 2,
    disableClientInfo: true,
    disableOfflineQueue: true,
    commandsQueueMaxLength: MOST_WAITING,
    // Who asks has a deadline; one more for each command costs a timer.
    commandOptions: { timeout: undefined, typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } },
    socket: { reconnectStrategy: false, connectTimeout: CONNECT_MS, ...authority },
  });
  return client.on("error", onError);
}

function end(client: Client): void {
  if (client.isOpen) client.destroy();
}
