// Which generation of an engine's projection is read: PostgreSQL remembers that, and whoever looks straight at an engine
// has to know.
import pg from "pg";

import { type Tenant } from "../datasources/core/tenant.js";

const PATIENCE_MS = 1_000;

export type EngineTarget = "catalog.mongodb" | "search.opensearch" | "recommendations.neo4j";

/** Asks PostgreSQL, and remembers its last answers. */
export class LiveGenerations {
  readonly #pool: pg.Pool;
  readonly #last = new Map<string, number>();

  /** @param url PostgreSQL, as superuser. */
  constructor(url: string) {
    this.#pool = new pg.Pool({ connectionString: url, max: 1, connectionTimeoutMillis: PATIENCE_MS });
    this.#pool.on("error", () => undefined);
  }

  /** @returns the last answer while PostgreSQL does not answer; 0, which none has, where there has been none. */
  async of(target: EngineTarget, { id }: Tenant): Promise<number> {
    const key = `${target} ${id}`;
    const text = "select live from marquee.projection_generations where target = $1 and tenant_id = $2";
    const found = await this.#pool.query<{ live: number }>(text, [target, id]).catch(() => undefined);
    if (found?.rows[0]) this.#last.set(key, found.rows[0].live);
    return this.#last.get(key) ?? 0;
  }

  close(): Promise<void> {
    return this.#pool.end();
  }
}
