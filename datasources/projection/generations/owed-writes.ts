import { randomUUID } from "node:crypto";

import { type Tenant } from "../../core/tenant.js";

/** How often whoever writes gives a sign of life. Milliseconds. */
const ALIVE_MS = 10_000;

/**
 * Writes that an engine is owed, because PostgreSQL takes them first. Each is noted before that and until the engine has
 * it, so that every process knows of one that was missed, whoever died in between. Every method throws
 * StoreUnavailableError while the notes cannot be asked.
 */
export interface OwedWrites {
  /** Notes one that begins. Where it gives no sign of life for a minute, it counts as missed. */
  owe(tenant: Tenant, write: string): Promise<void>;
  /** A sign of life. */
  stillOwed(tenant: Tenant, write: string): Promise<void>;
  /** Forgets one that the engine has. */
  settle(tenant: Tenant, write: string): Promise<void>;
  /** Notes that the engine does not have one: what it holds of the tenant lacks it until all of it has been filled anew. */
  miss(tenant: Tenant, write: string): Promise<void>;
}

/** One write to PostgreSQL and an engine, while it is under way. */
export class OwedWrite {
  readonly #alive: NodeJS.Timeout;

  private constructor(
    private readonly notes: OwedWrites,
    private readonly tenant: Tenant,
    private readonly id: string,
  ) {
    const tell = () => void notes.stillOwed(tenant, id).catch(() => undefined);
    this.#alive = setInterval(tell, ALIVE_MS).unref();
  }

  /** Notes it. @throws StoreUnavailableError where that cannot be done: then nothing may be written either. */
  static async begin(notes: OwedWrites, tenant: Tenant): Promise<OwedWrite> {
    const id = randomUUID();
    await notes.owe(tenant, id);
    return new OwedWrite(notes, tenant, id);
  }

  /** The engine has it, or there is nothing that it could have. Not told, it counts as missed: a rebuild too many. */
  async settled(): Promise<void> {
    clearInterval(this.#alive);
    await this.notes.settle(this.tenant, this.id).catch(() => undefined);
  }

  /** The engine does not have it, or nobody knows. Not told, it counts as missed a little later. */
  async missed(): Promise<void> {
    clearInterval(this.#alive);
    await this.notes.miss(this.tenant, this.id).catch(() => undefined);
  }
}
