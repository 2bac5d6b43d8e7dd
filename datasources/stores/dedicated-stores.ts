import { StoreUnavailableError } from "../core/store-error.js";
import { type Tenant } from "../core/tenant.js";
import { type Deployment, type OwnDeployment } from "./deployment.js";

/** How long a server of a tenant's own that could not be opened is left alone. Milliseconds. */
const RETRY_MS = 2_000;
/** Time between two looks for those that nobody has asked for. Milliseconds. */
const LOOK_MS = 1_000;

/** How many servers of tenants' own are open at once in this process, and for how long when nobody asks. */
export interface DedicatedLimits {
  most: number;
  /** Milliseconds. */
  idleMs: number;
}

export const DEDICATED_LIMITS: DedicatedLimits = { most: 32, idleMs: 300_000 };

/** What goes on beside the requests of a deployment: its projector, its jobs. */
export type Attend = (deployment: Deployment) => Promise<{ stop(): Promise<unknown> }>;

/** One tenant's servers, while they are open. */
interface Cell {
  epoch: number;
  opening: Promise<OwnDeployment>;
  deployment?: OwnDeployment;
  attended?: { stop(): Promise<unknown> };
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
  readonly #cells = new Map<number, Cell>();
  readonly #timer: NodeJS.Timeout;
  #attend: Attend | undefined;

  constructor(
    private readonly open: (tenant: Tenant) => Promise<OwnDeployment>,
    private readonly limits: DedicatedLimits,
    private readonly warn: (line: string) => void,
  ) {
    this.#timer = setInterval(() => this.#closeIdle(), LOOK_MS).unref();
  }

  /** Has those that are open, and those that are opened from here on, looked after. */
  async attend(attend: Attend): Promise<void> {
    this.#attend = attend;
    for (const cell of this.#cells.values())
      if (cell.deployment) cell.attended ??= await attend(cell.deployment);
  }

  /** How many are open. */
  get size(): number {
    return this.#cells.size;
  }

  /** Those of a tenant where they are open already, so that what is asked in one turn stays in one turn. */
  opened(tenant: Tenant): Deployment | undefined {
    const cell = this.#cells.get(tenant.id);
    if (cell?.epoch !== tenant.epoch) return undefined;
    cell.usedAt = Date.now();
    return cell.deployment;
  }

  /** @throws StoreUnavailableError where they cannot be opened, or as many are at work as may be open. */
  async at(tenant: Tenant): Promise<OwnDeployment> {
    return this.#cell(tenant).opening;
  }

  /** Notes that something is under way until `work` has ended. */
  during(tenant: Tenant, work: Promise<unknown>): void {
    const cell = this.#cells.get(tenant.id);
    if (!cell) return;
    cell.using += 1;
    const end = () => void (cell.using -= 1);
    work.then(end, end);
  }

  /** Closes those of a tenant, which may have been moved. */
  async leave(id: number): Promise<void> {
    const cell = this.#cells.get(id);
    this.#cells.delete(id);
    if (cell) await close(cell);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    const cells = [...this.#cells.values()];
    this.#cells.clear();
    await Promise.all(cells.map(close));
  }

  #cell(tenant: Tenant): Cell {
    const known = this.#cells.get(tenant.id);
    const failed = known?.failedAt !== undefined && Date.now() - known.failedAt > RETRY_MS;
    if (known && known.epoch === tenant.epoch && !failed) {
      known.usedAt = Date.now();
      return known;
    }
    if (known) void this.leave(tenant.id);
    this.#makeRoom();
    const cell: Cell = {
      epoch: tenant.epoch,
      using: 0,
      usedAt: Date.now(),
      opening: Promise.resolve().then(() => this.#open(tenant, cell)),
    };
    cell.opening.catch(() => undefined);
    this.#cells.set(tenant.id, cell);
    return cell;
  }

  async #open(tenant: Tenant, cell: Cell): Promise<OwnDeployment> {
    try {
      const deployment = await this.open(tenant);
      if (this.#attend) cell.attended = await this.#attend(deployment);
      return (cell.deployment = deployment);
    } catch (cause) {
      cell.failedAt = Date.now();
      const why = cause instanceof Error ? cause.message : String(cause);
      this.warn(`The servers of ${tenant.slug} cannot be opened: ${why}`);
      throw new StoreUnavailableError("POSTGRES", { cause });
    }
  }

  /** @throws StoreUnavailableError where all that may be open are at work. */
  #makeRoom(): void {
    if (this.#cells.size < this.limits.most) return;
    const idle = [...this.#cells].filter(([, { using }]) => using === 0);
    const [oldest] = idle.sort(([, a], [, b]) => a.usedAt - b.usedAt);
    if (!oldest) throw new StoreUnavailableError("POSTGRES");
    void this.leave(oldest[0]);
  }

  #closeIdle(): void {
    const before = Date.now() - this.limits.idleMs;
    for (const [id, { using, usedAt }] of this.#cells)
      if (using === 0 && usedAt < before) void this.leave(id);
  }
}

async function close(cell: Cell): Promise<void> {
  await cell.opening.catch(() => undefined);
  await cell.attended?.stop();
  await cell.deployment?.close();
}
