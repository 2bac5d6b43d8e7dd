// Which generation of an engine's projection is read: PostgreSQL remembers that, and whoever looks straight at an engine
// has to know.
import pg from "pg";

const PATIENCE_MS = 1_000;

export class LiveGenerations {
  #pool;
  #last = new Map();

  /** @param {string} url PostgreSQL, as superuser. */
  constructor(url) {
    this.#pool = new pg.Pool({ connectionString: url, max: 1, connectionTimeoutMillis: PATIENCE_MS });
    this.#pool.on("error", () => undefined);
  }

  /**
   * @param {string} target `catalog.mongodb` …
   * @param {{ id: number }} tenant
   * @returns {Promise<number>} the last answer while PostgreSQL does not answer.
   */
  async of(target, { id }) {
    const key = `${target} ${id}`;
    const text = "select live from marquee.projection_generations where target = $1 and tenant_id = $2";
    const found = await this.#pool.query(text, [target, id]).catch(() => undefined);
    if (found?.rows[0]) this.#last.set(key, found.rows[0].live);
    return this.#last.get(key);
  }

  close() {
    return this.#pool.end();
  }
}
