import { Places } from "../../packages/pressure/index.js";
import { placementOf, type Tenant } from "./tenant.js";

export interface GatheringOptions<T> {
  /** For how long what comes waits for company; 200 unless given. Milliseconds. */
  gatheringMs?: number;
  /** What waits at most, and of one tenant at most; more is lost. */
  most: number;
  mostOfTenant: number;
  /** Tenants that are written for at once: fewer than the store has places for short transactions. 4 unless given. */
  tenants?: number;
  /** What is written at once for a tenant. */
  group: number;
  /** Writes. @returns how many of them were kept. */
  keep(tenant: Tenant, items: readonly T[]): Promise<number>;
  /** Told of what was lost. */
  onLost?(tenant: Tenant, items: readonly T[]): void;
  /** Counts what was kept and what was lost. */
  figures?: { kept: number; lost: number };
}

/** What waits to be kept for a tenant. */
interface Queue<T> {
  tenant: Tenant;
  /** What nobody has begun to keep. */
  gathered: T[];
  /** All that is not kept yet. */
  waiting: number;
  /** One group after the other: while one is kept, what comes meanwhile waits. */
  last: Promise<void>;
}

/**
 * What requests leave behind and nobody waits for, written in groups of each tenant. A tenant that has to wait keeps none
 * waiting but itself, and what cannot be kept is counted and lost.
 */
export class GatheredWrites<T> {
  readonly #queues = new Map<string, Queue<T>>();
  readonly #places: Places;
  readonly #figures: { kept: number; lost: number };
  #waiting = 0;
  #keeping: Promise<void> | undefined;

  constructor(private readonly options: GatheringOptions<T>) {
    this.#places = new Places({ places: options.tenants ?? 4, waiting: options.most });
    this.#figures = options.figures ?? { kept: 0, lost: 0 };
  }

  /** @returns when it is kept or lost, for who wants to know. */
  add(tenant: Tenant, item: T): Promise<void> {
    const { most, mostOfTenant } = this.options;
    const queue = this.#queueOf(tenant);
    if (this.#waiting >= most || queue.waiting >= mostOfTenant) {
      this.#lose(tenant, [item]);
      return Promise.resolve();
    }
    this.#waiting += 1;
    queue.waiting += 1;
    queue.gathered.push(item);
    this.#queues.set(placementOf(tenant), queue);
    this.#keeping ??= this.#gatheringTime().then(() => this.settle());
    return this.#keeping;
  }

  /** Writes what waits. */
  async settle(): Promise<void> {
    this.#keeping = undefined;
    await Promise.all([...this.#queues].map(([name, queue]) => this.#settleOne(name, queue)));
  }

  #gatheringTime(): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, this.options.gatheringMs ?? 200).unref());
  }

  #queueOf(tenant: Tenant): Queue<T> {
    const known = this.#queues.get(placementOf(tenant));
    return known ?? { tenant, gathered: [], waiting: 0, last: Promise.resolve() };
  }

  #settleOne(name: string, queue: Queue<T>): Promise<void> {
    const { group } = this.options;
    const items = queue.gathered;
    queue.gathered = [];
    queue.last = queue.last.then(async () => {
      for (let start = 0; start < items.length; start += group)
        await this.#keep(name, queue, items.slice(start, start + group));
      if (queue.waiting === 0 && this.#queues.get(name) === queue) this.#queues.delete(name);
    });
    return queue.last;
  }

  async #keep(name: string, queue: Queue<T>, items: readonly T[]): Promise<void> {
    try {
      const kept = await this.#places.run(name, () => this.options.keep(queue.tenant, items));
      this.#figures.kept += kept;
    } catch {
      this.#lose(queue.tenant, items);
    } finally {
      this.#waiting -= items.length;
      queue.waiting -= items.length;
    }
  }

  #lose(tenant: Tenant, items: readonly T[]): void {
    this.#figures.lost += items.length;
    this.options.onLost?.(tenant, items);
  }
}
