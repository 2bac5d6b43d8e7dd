import { setTimeout as sleep } from "node:timers/promises";

import { StoreUnavailableError } from "../../core/store-error.js";
import { placementOf, type Tenant } from "../../core/tenant.js";

/** How long a process may go by what it knows about what is live. Milliseconds. */
export const KNOWN_MS = 1_000;
/** How long a read waits for PostgreSQL to say what is live, where something is known. Milliseconds. */
const PATIENCE_MS = 250;

export interface LiveSource {
  /** Asks the ledger. */
  ask(tenant: Tenant): Promise<number | null>;
  /** Asks the engine whether it still has a generation. */
  has(tenant: Tenant, generation: number): Promise<boolean>;
}

/**
 * The generations that requests read. What is known serves for a second and is renewed in the background while in use.
 * While PostgreSQL is down the last answer goes on serving, as long as the engine has that generation: nobody can have
 * put another in its place but by way of PostgreSQL, and whoever did so removes the old one.
 */
export class LiveGenerations {
  readonly #known = new Map<string, { generation: number; at: number }>();
  readonly #asking = new Map<string, Promise<number | null>>();
  /** What was found out earlier is too old to be read. Instants of this process's clock. */
  readonly #since = new Map<string, number>();

  constructor(private readonly source: LiveSource) {}

  /** What to read for a tenant; null where there is nothing. */
  of(tenant: Tenant): Promise<number | null> {
    const known = this.#known.get(placementOf(tenant));
    const age = known && known.at >= this.#sinceOf(tenant) ? performance.now() - known.at : Infinity;
    if (!known || age >= KNOWN_MS) return this.#ask(tenant);
    // A failure shows when the answer is needed.
    if (age >= KNOWN_MS / 2) this.#ask(tenant).catch(() => undefined);
    return Promise.resolve(known.generation);
  }

  /**
   * Has the ledger asked anew before anything is read: what is written goes to the generation that is live then, and to
   * one that was known before no more.
   */
  lookAgain(tenant: Tenant): void {
    this.#since.set(placementOf(tenant), performance.now());
    this.#asking.delete(placementOf(tenant));
  }

  /** Notes what was live at an instant of this process's clock. */
  note(tenant: Tenant, generation: number | null, at = performance.now()): void {
    if (at < this.#sinceOf(tenant)) return;
    if (generation === null) this.#known.delete(placementOf(tenant));
    else this.#known.set(placementOf(tenant), { generation, at });
  }

  #ask(tenant: Tenant): Promise<number | null> {
    const under = this.#asking.get(placementOf(tenant));
    if (under) return under;
    const asking = this.#renew(tenant).finally(() => {
      if (this.#asking.get(placementOf(tenant)) === asking) this.#asking.delete(placementOf(tenant));
    });
    this.#asking.set(placementOf(tenant), asking);
    return asking;
  }

  #sinceOf(tenant: Tenant): number {
    return this.#since.get(placementOf(tenant)) ?? -Infinity;
  }

  async #renew(tenant: Tenant): Promise<number | null> {
    const at = performance.now();
    const known = this.#known.get(placementOf(tenant))?.generation;
    const answer = known === undefined ? this.source.ask(tenant) : soon(this.source.ask(tenant));
    const generation = await answer.catch(async (error: unknown) => {
      if (known === undefined || !(error instanceof StoreUnavailableError)) throw error;
      if (!(await this.source.has(tenant, known))) throw error;
      return known;
    });
    this.note(tenant, generation, at);
    return generation;
  }
}

/** @throws StoreUnavailableError where the answer takes longer than a read may wait. */
async function soon<T>(answer: Promise<T>): Promise<T> {
  const done = new AbortController();
  const late = sleep(PATIENCE_MS, undefined, { signal: done.signal }).then(() => {
    throw new StoreUnavailableError("POSTGRES");
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    done.abort();
    late.catch(() => undefined);
    answer.catch(() => undefined);
  }
}
