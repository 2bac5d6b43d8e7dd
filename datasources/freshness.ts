import { setTimeout as sleep } from "node:timers/promises";

import { type StoreRequest } from "./store-request.js";
import { type Tenant } from "./tenant.js";

/** What freshness asks of the outbox. */
export interface ProjectionProgress {
  /** Names of the targets that hold everything a tenant wrote up to a transaction. */
  reached(tenant: Tenant, xid: number): Promise<ReadonlySet<string>>;
}

/** Time between two looks at how far projections are, while somebody waits. Milliseconds. */
const LOOK_MS = 20;

/** What one request wants to be answered with at least, and which projections it was answered from. */
export class Freshness {
  /** Targets read so far. */
  readonly read = new Set<string>();
  /** Targets read although they had not followed in time. */
  readonly behind = new Set<string>();
  readonly #waits = new Map<string, Promise<void>>();
  readonly #deadline: number;

  /**
   * @param xid the transaction whose writes are wanted; null where any state will do.
   * @param waitMs how long the request waits in all for projections to follow. Milliseconds.
   */
  constructor(
    private readonly progress: ProjectionProgress,
    readonly tenant: Tenant,
    readonly xid: number | null,
    waitMs: number,
  ) {
    this.#deadline = performance.now() + waitMs;
  }

  /** Resolves when the target has followed, or when there is no time left to wait for it. */
  async before(target: string): Promise<void> {
    this.read.add(target);
    if (this.xid === null) return;
    let wait = this.#waits.get(target);
    if (!wait) {
      wait = this.#wait(target, this.xid);
      this.#waits.set(target, wait);
    }
    await wait;
  }

  async #wait(target: string, xid: number): Promise<void> {
    for (;;) {
      // Without its facts nobody can tell: that counts as behind.
      const reached = await this.progress.reached(this.tenant, xid).catch(() => new Set<string>());
      if (reached.has(target)) return;
      if (performance.now() + LOOK_MS > this.#deadline) break;
      await sleep(LOOK_MS);
    }
    this.behind.add(target);
  }
}

type Read = (request: StoreRequest, ...rest: never[]) => Promise<unknown>;

/**
 * A domain that is answered from a projection: every method waits until the projection has followed as far as the
 * request wants.
 *
 * @param target the projection's name: `search.opensearch`.
 * @param methods the reading methods of the interface; each takes the request first.
 */
export function followed<T extends object, M extends keyof T & string>(
  domain: T,
  target: string,
  methods: readonly M[],
): Pick<T, M> {
  const composed = methods.map((method) => {
    const read = (domain[method] as Read).bind(domain);
    return [
      method,
      (request: StoreRequest, ...rest: never[]) => {
        const ready = request.freshness?.before(target);
        // Without a promise in between where nobody waits: reads of one tick travel together.
        return ready && request.freshness?.xid !== null
          ? ready.then(() => read(request, ...rest))
          : read(request, ...rest);
      },
    ];
  });
  return Object.fromEntries(composed) as Pick<T, M>;
}
