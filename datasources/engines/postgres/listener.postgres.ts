import type pg from "pg";

import { PostgresClient } from "./client.postgres.js";

/** Time until a connection that broke, or could not be made, is made anew. Milliseconds. */
const AGAIN_MS = 1_000;
const CONNECT_MS = 5_000;

/**
 * Listens on a channel with a connection of its own, and makes it anew when it breaks. What is told while there is none is
 * told to nobody: whoever listens looks for itself as well, and is called back when it listens again.
 */
export class PostgresListener {
  #client: pg.Client | undefined;
  #again: NodeJS.Timeout | undefined;
  #stopped = false;

  /**
   * @param url a URL for the application's role.
   * @param onNotice called for every notice, and whenever it begins to listen.
   */
  constructor(
    private readonly url: string,
    private readonly channel: string,
    private readonly onNotice: () => void,
  ) {
    void this.#listen();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#again);
    await this.#client?.end().catch(() => undefined);
  }

  async #listen(): Promise<void> {
    const client = new PostgresClient({
      connectionString: this.url,
      application_name: "marquee-listen",
      connectionTimeoutMillis: CONNECT_MS,
      keepAlive: true,
      options: "-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3",
    });
    this.#client = client;
    client.on("error", () => undefined);
    client.once("end", () => this.#later());
    client.on("notification", () => this.onNotice());
    try {
      await client.connect();
      await client.query(`listen ${this.channel}`);
      this.onNotice();
    } catch {
      void client.end().catch(() => undefined);
      this.#later();
    }
  }

  #later(): void {
    if (this.#stopped) return;
    clearTimeout(this.#again);
    this.#again = setTimeout(() => void this.#listen(), AGAIN_MS);
    this.#again.unref();
  }
}
