import type pg from "pg";

import { PostgresClient } from "../engines/postgres/client.postgres.js";

/** What triggers of the registry tell, whatever was changed. */
const CHANNEL = "marquee_tenants";
/** Time until a connection that was lost is made again. Milliseconds. */
const AGAIN_MS = 1_000;
const CONNECT_MS = 5_000;

/** Hears of changes to the registry of tenants. What is told while there is no connection is made up for when there is. */
export class TenantNotices {
  #client: pg.Client | undefined;
  #again: NodeJS.Timeout | undefined;
  #listening = false;

  /** @param onChange told of a change, and whenever something may have been missed. */
  constructor(
    private readonly url: string,
    private readonly onChange: () => void,
  ) {}

  listen(): void {
    if (this.#listening) return;
    this.#listening = true;
    void this.#connect();
  }

  async close(): Promise<void> {
    this.#listening = false;
    clearTimeout(this.#again);
    await this.#client?.end().catch(() => undefined);
  }

  async #connect(): Promise<void> {
    const client = new PostgresClient({
      connectionString: this.url,
      application_name: "marquee-tenant-notices",
      connectionTimeoutMillis: CONNECT_MS,
      keepAlive: true,
    });
    this.#client = client;
    client.on("error", () => undefined);
    client.on("end", () => this.#later());
    client.on("notification", () => this.onChange());
    try {
      await client.connect();
      await client.query(`listen ${CHANNEL}`);
      this.onChange();
    } catch {
      await client.end().catch(() => undefined);
      this.#later();
    }
  }

  #later(): void {
    clearTimeout(this.#again);
    if (this.#listening) this.#again = setTimeout(() => void this.#connect(), AGAIN_MS).unref();
  }
}
