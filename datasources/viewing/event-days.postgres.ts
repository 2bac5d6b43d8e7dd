import { sql, type PostgresStore } from "../engines/postgres/store.postgres.js";
import { type Tenant } from "../core/tenant.js";

const DAY_MS = 86_400_000;

/**
 * The daily partitions that viewing events need, made before they are needed: a day is looked at once a process, and
 * tomorrow's is made while today's are written, so that no event waits for it.
 */
export class EventDays {
  /** What is there or being made, by schema and day. */
  readonly #days = new Map<string, Promise<void>>();

  constructor(private readonly postgres: PostgresStore) {}

  /** Resolves when an event of that instant can be stored. */
  async ready(tenant: Tenant, at: Date): Promise<void> {
    const tomorrow = new Date(Date.now() + DAY_MS);
    // Whoever writes tomorrow asks again, and is told if it cannot be done.
    this.#ensure(tenant, tomorrow).catch(() => undefined);
    await this.#ensure(tenant, at);
  }

  #ensure(tenant: Tenant, at: Date): Promise<void> {
    const day = at.toISOString().slice(0, 10);
    const key = `${tenant.schema} ${day}`;
    const known = this.#days.get(key);
    if (known) return known;
    // In a transaction of its own: a new partition locks readers out until the transaction ends.
    const made = this.postgres
      .transaction(tenant, (query) =>
        query<{ schema: string }>(
          sql`select ensure_event_days(array[${`${day}T00:00:00Z`}::timestamptz]), current_schema() as schema`,
        ),
      )
      .then(([row]) => {
        // A tenant that has been moved meanwhile has its day; the others of that schema may not.
        if (row?.schema !== tenant.schema) this.#days.delete(key);
      });
    this.#days.set(key, made);
    made.catch(() => this.#days.delete(key));
    return made;
  }
}
