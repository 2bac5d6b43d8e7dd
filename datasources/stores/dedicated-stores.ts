import { bulkhead } from "cockatiel";
import { setTimeout as sleep } from "node:timers/promises";

import { wordsOf } from "../../packages/told-errors/index.js";
import { StoreUnavailableError } from "../core/store-error.js";
import { placementOf, type Tenant } from "../core/tenant.js";
import { type Deployment, type OwnDeployment } from "./deployment.js";

/** How long a server of a tenant's own that could not be opened is left alone. Milliseconds. */
const RETRY_MS = 2_000;
/** Time between two looks for those that nobody has asked for. Milliseconds. */
const LOOK_MS = 1_000;

/**
 * How many are opened, and begun to be looked after, at once: each is a dozen connections, whose handshakes are work for
 * this process and for the server. Where many are asked for together they would take that from requests under way.
 */
const AT_ONCE = 2;
/** For how long one that does not get on holds up the next. Milliseconds. */
const TURN_MS = 500;

/** How many servers of tenants' own are open at once in this process, and for how long when nobody asks. */
export interface DedicatedLimits {
  most: number;
  /** Milliseconds. */
  idleMs: number;
}

export const DEDICATED_LIMITS: DedicatedLimits = { most: 32, idleMs: 300_000 };

/** What goes on beside the requests of a deployment: its projector, its jobs. */
export type Attend = (deployment: Deployment) => Promise<{ stop(): Promise<unknown> }>;

/** One tenant's servers in one of its placements, while they are open. */
interface Cell {
  tenant: number;
  opening: Promise<OwnDeployment>;
  deployment?: OwnDeployment;
  /** Null where that has failed. */
  attended?: Promise<{ stop(): Promise<unknown> } | null>;
  failedAt?: number;
  /** Calls under way. */
  using: number;
  usedAt: number;
}

/**
 * The servers of dedicated tenants: opened when they are asked for, at most so many at once, those closed first that were
 * asked for longest ago. A call under way keeps them open.
 */
export class DedicatedStores {
  readonly #cells = new Map<string, Cell>();
  readonly #timer: NodeJS.Timeout;
  readonly #openings = inTurns();
  readonly #beginnings = inTurns();
  #attend: Attend | undefined;

  constructor(
    private readonly open: (tenant: Tenant) => Promise<OwnDeployment>,
    private readonly limits: DedicatedLimits,
    private readonly warn: (line: string) => void,
  ) {
    this.#timer = setInterval(() => this.#closeIdle(), LOOK_MS).unref();
  }

  /** Has those that anybody asks for from here on looked after. */
  attend(attend: Attend): void {
    this.#attend = attend;
  }

  /** How many are open. */
  get size(): number {
    return this.#cells.size;
  }

  /** Those of a tenant where they are open already, so that what is asked in one turn stays in one turn. */
  opened(tenant: Tenant): Deployment | undefined {
    const cell = this.#cells.get(keyOf(tenant));
    if (!cell?.deployment) return undefined;
    cell.usedAt = Date.now();
    this.#lookAfter(cell, cell.deployment);
    return cell.deployment;
  }

  /** @throws StoreUnavailableError where they cannot be opened, or as many are at work as may be open. */
  async at(tenant: Tenant): Promise<OwnDeployment> {
    const cell = this.#cell(tenant);
    const deployment = await cell.opening;
    this.#lookAfter(cell, deployment);
    return deployment;
  }

  /** Does something on those of a tenant, which stay open until it has ended. @throws StoreUnavailableError as `at`. */
  async use<T>(tenant: Tenant, work: (own: OwnDeployment) => Promise<T>): Promise<T> {
    const cell = this.#cell(tenant);
    const end = begun(cell);
    try {
      const deployment = await cell.opening;
      this.#lookAfter(cell, deployment);
      return await work(deployment);
    } finally {
      end();
    }
  }

  /**
   * Opens those that a tenant is about to be on, with the connections that are kept. Nobody looks after them yet.
   *
   * @throws StoreUnavailableError as `at`.
   */
  async expect(tenant: Tenant): Promise<OwnDeployment> {
    const deployment = await this.#cell(tenant).opening;
    await deployment.warm();
    return deployment;
  }

  /** Notes that something is under way until `work` has ended. */
  during(tenant: Tenant, work: Promise<unknown>): void {
    const cell = this.#cells.get(keyOf(tenant));
    if (!cell) return;
    const end = begun(cell);
    work.then(end, end);
  }

  /** Closes those of a tenant. */
  async leave(id: number): Promise<void> {
    const own = [...this.#cells].filter(([, { tenant }]) => tenant === id);
    await Promise.all(own.map(([key]) => this.#drop(key)));
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    const cells = [...this.#cells.values()];
    this.#cells.clear();
    await Promise.all(cells.map(close));
  }

  #cell(tenant: Tenant): Cell {
    const key = keyOf(tenant);
    const known = this.#cells.get(key);
    const failed = known?.failedAt !== undefined && Date.now() - known.failedAt > RETRY_MS;
    if (known && !failed) {
      known.usedAt = Date.now();
      return known;
    }
    if (known) this.#dropBehind(key);
    this.#makeRoom();
    const cell: Cell = {
      tenant: tenant.id,
      using: 0,
      usedAt: Date.now(),
      opening: this.#openings(() => this.#open(tenant, cell)),
    };
    cell.opening.catch(() => undefined);
    this.#cells.set(key, cell);
    return cell;
  }

  /** Has servers that are asked for looked after, beside the answers: filling engines takes a while. */
  #lookAfter(cell: Cell, deployment: OwnDeployment): void {
    const attend = this.#attend;
    if (!attend || cell.attended) return;
    const attending = this.#beginnings(async () => {
      if (!this.#has(cell)) return null;
      await deployment.warm();
      return attend(deployment);
    });
    cell.attended = attending.catch((error: unknown) => {
      this.warn(`Servers of a tenant's own are not looked after: ${wordsOf(error)}`);
      setTimeout(() => delete cell.attended, RETRY_MS).unref();
      return null;
    });
  }

  #has(cell: Cell): boolean {
    return [...this.#cells.values()].includes(cell);
  }

  /** Nobody waits for it: what cannot be closed in order is told of, and ends no gateway. */
  #dropBehind(key: string): void {
    this.#drop(key).catch((error: unknown) => {
      this.warn(`Servers of a tenant's own could not be closed in order: ${wordsOf(error)}`);
    });
  }

  async #drop(key: string): Promise<void> {
    const cell = this.#cells.get(key);
    this.#cells.delete(key);
    if (cell) await close(cell);
  }

  async #open(tenant: Tenant, cell: Cell): Promise<OwnDeployment> {
    try {
      return (cell.deployment = await this.open(tenant));
    } catch (cause) {
      cell.failedAt = Date.now();
      this.warn(`The servers of ${tenant.slug} cannot be opened: ${wordsOf(cause)}`);
      throw new StoreUnavailableError("POSTGRES", { cause });
    }
  }

  /** @throws StoreUnavailableError where all that may be open are at work. */
  #makeRoom(): void {
    if (this.#cells.size < this.limits.most) return;
    const idle = [...this.#cells].filter(([, { using }]) => using === 0);
    const [oldest] = idle.sort(([, a], [, b]) => a.usedAt - b.usedAt);
    if (!oldest) throw new StoreUnavailableError("POSTGRES");
    this.#dropBehind(oldest[0]);
  }

  #closeIdle(): void {
    const before = Date.now() - this.limits.idleMs;
    for (const [key, { using, usedAt }] of this.#cells)
      if (using === 0 && usedAt < before) this.#dropBehind(key);
  }
}

/** Counts something that goes on with a tenant's servers. @returns what says that it has ended. */
function begun(cell: Cell): () => void {
  cell.using += 1;
  return () => {
    cell.using -= 1;
    cell.usedAt = Date.now();
  };
}

/** Has work of a kind begun a few at a time; what takes long goes on beside the next. */
function inTurns(): <T>(work: () => Promise<T>) => Promise<T> {
  const places = bulkhead(AT_ONCE, Infinity);
  return (work) =>
    new Promise((resolve, reject) => {
      void places.execute(() => {
        const going = Promise.resolve().then(work);
        going.then(resolve, reject);
        return Promise.race([going.catch(() => undefined), sleep(TURN_MS, undefined, { ref: false })]);
      });
    });
}

/** Servers are those of a placement. */
function keyOf(tenant: Tenant): string {
  return `${placementOf(tenant)} ${tenant.servers?.postgres}`;
}

async function close(cell: Cell): Promise<void> {
  await cell.opening.catch(() => undefined);
  const attended = await cell.attended;
  await attended?.stop();
  await cell.deployment?.close();
}
