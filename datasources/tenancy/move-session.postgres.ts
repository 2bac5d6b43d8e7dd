import pg from "pg";

import { Refusal } from "../core/refusal.js";
import { StoreUnavailableError } from "../core/store-error.js";
import { type Placement, type TenantServers } from "../core/tenant.js";
import { isPostgresOutage } from "../engines/postgres/outage.postgres.js";

/** What a mover holds while it is at work, in every database that it works on. */
const MOVER = 1_835_102_066;
const CONNECT_MS = 10_000;

/** A URL whose role is superuser, or may set session_replication_role: of the deployment's own database for null. */
export type UrlOf = (servers: TenantServers | null) => string;

/** A place, and the connection to its database. */
export interface Side extends Placement {
  client: pg.Client;
}

/**
 * The connections of one who works on where a tenant is: one a database. Triggers and references rest on them, so that rows
 * are written as they were.
 */
export class MoveSession {
  readonly #clients = new Map<string | null, pg.Client>();

  private constructor(
    private readonly urlOf: UrlOf,
    private readonly tenant: number,
    readonly control: pg.Client,
  ) {
    this.#clients.set(null, control);
  }

  /**
   * Does something to a tenant that one at a time may do.
   *
   * @throws Refusal TENANT_MOVING where somebody does.
   */
  static async during<T>(
    urlOf: UrlOf,
    tenant: number,
    work: (session: MoveSession) => Promise<T>,
  ): Promise<T> {
    const session = new MoveSession(urlOf, tenant, await connect(urlOf(null), tenant));
    try {
      await hold(session.control, tenant);
      return await work(session);
    } finally {
      await Promise.all([...session.#clients.values()].map((client) => client.end()));
    }
  }

  async at(placement: Placement): Promise<Side> {
    const { tier, schema, servers } = placement;
    return { tier, schema, servers, client: await this.#client(servers) };
  }

  async #client(servers: TenantServers | null): Promise<pg.Client> {
    const known = this.#clients.get(servers && servers.postgres);
    if (known) return known;
    const client = await connect(this.urlOf(servers), this.tenant);
    this.#clients.set(servers && servers.postgres, client);
    await hold(client, this.tenant);
    return client;
  }
}

/** A connection of a mover's, which is the tenant's. To be ended. */
export async function connect(url: string, tenant: number): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    application_name: "marquee-mover",
    connectionTimeoutMillis: CONNECT_MS,
    options: "-c TimeZone=UTC -c jit=off -c session_replication_role=replica",
  });
  // Whoever waits for a statement is told; nobody else need be.
  client.on("error", () => undefined);
  try {
    await client.connect();
    await client.query("select set_config('marquee.tenant', $1, false)", [String(tenant)]);
    return client;
  } catch (cause) {
    await client.end();
    throw isPostgresOutage(cause) ? new StoreUnavailableError("POSTGRES", { cause }) : cause;
  }
}

async function hold(client: pg.Client, tenant: number): Promise<void> {
  const { rows } = await client.query<{ free: boolean }>("select pg_try_advisory_lock($1, $2) as free", [
    MOVER,
    tenant,
  ]);
  if (!rows[0]?.free)
    throw new Refusal(
      null,
      "TENANT_MOVING",
      "Somebody is moving this tenant just now, or it is there already.",
    );
}
