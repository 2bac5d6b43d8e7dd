import { setTimeout as sleep } from "node:timers/promises";

import { RefusedEntriesError } from "../../core/store-error.js";
import { placementOf, type Tenant } from "../../core/tenant.js";
import { type EngineProjection } from "./engine-projection.js";
import { GenerationBuild } from "./generation-build.js";
import { type GenerationLedger, type Standing } from "./generation-ledger.js";
import { KNOWN_MS, LiveGenerations } from "./live-generations.js";
import { OwedWrite } from "./owed-writes.js";

/** What a projection holds for a tenant. */
export interface ProjectionStatus {
  /** Documents, or nodes, of what is live. */
  entries: number;
  /** Name of what is live (`titles_0003`); null where nothing has been built yet, or it has gone. */
  live: string | null;
}

/** For clocks and queues, on top of what is known exactly. Milliseconds. */
const SLACK_MS = 250;

/**
 * A projection of facts in an engine, in generations: a rebuild fills a fresh one beside the one that is read, and the
 * ledger's word is the one step that switches. Everything may be repeated; of processes that build at once each ends
 * with the same one live.
 */
export class Generations<T> {
  readonly #live: LiveGenerations;
  /** Of which tenants a write was missed, as the ledger said last. */
  readonly #behind = new Set<string>();

  constructor(
    protected readonly engine: EngineProjection<T>,
    private readonly ledger: GenerationLedger,
  ) {
    this.#live = new LiveGenerations({
      ask: async (tenant) => (await this.#standing(tenant)).live,
      has: (tenant, generation) => engine.has(tenant, generation),
    });
  }

  /** Makes what tenants share where it is missing. */
  prepare(): Promise<void> {
    return this.engine.prepare();
  }

  /** The generation that requests read; null where there is none. */
  live(tenant: Tenant): Promise<number | null> {
    return this.#live.of(tenant);
  }

  /** Has what is live looked up again before the next read: it may have been replaced, and written to since. */
  lookAgain(tenant: Tenant): void {
    this.#live.lookAgain(tenant);
  }

  /** What is live, and still there: an engine may have been wiped, or be another one than before. */
  async status(tenant: Tenant): Promise<ProjectionStatus> {
    const at = performance.now();
    const { live } = await this.#standing(tenant);
    const there = live !== null && (await this.engine.has(tenant, live));
    this.#live.note(tenant, there ? live : null, at);
    if (!there) return { entries: 0, live: null };
    const number = String(live).padStart(4, "0");
    return { entries: await this.engine.count(tenant, live), live: `${this.engine.label}_${number}` };
  }

  /** Whether anything has been built or is being built: until then, the first rebuild reads what is put from the facts. */
  async receives(tenant: Tenant): Promise<boolean> {
    const { live, building } = await this.#standing(tenant);
    return live !== null || building !== null;
  }

  /**
   * Whether what is live lacks a write that PostgreSQL has, as far as this process knows: whatever asks the ledger where
   * the generations stand finds it out, and while that does not answer it stays as it was.
   */
  isBehind(tenant: Tenant): boolean {
    return this.#behind.has(placementOf(tenant));
  }

  /** Notes a write that PostgreSQL takes before the engine does. @throws StoreUnavailableError where it cannot be noted. */
  owe(tenant: Tenant): Promise<OwedWrite> {
    return OwedWrite.begin(this.ledger, tenant);
  }

  /** Has it known here at once that a write was missed. */
  noteMissed(tenant: Tenant): void {
    this.#behind.add(placementOf(tenant));
  }

  /** Whether a fresh generation is being filled just now. */
  async isReplaced(tenant: Tenant): Promise<boolean> {
    return (await this.#standing(tenant)).building !== null;
  }

  /**
   * Writes into the generation that is read and one that is being filled. One that was begun meanwhile gets it as well:
   * it may have read the facts before.
   *
   * @throws RefusedEntriesError when one of them refused entries; everything else has been written.
   */
  async write(tenant: Tenant, into: (generation: number) => Promise<void>): Promise<void> {
    const written = new Set<number>();
    let refused: RefusedEntriesError | undefined;
    for (;;) {
      const { live, building } = await this.#standing(tenant);
      const missing = [live, building].filter((each) => each !== null && !written.has(each)) as number[];
      if (missing.length === 0) break;
      for (const generation of missing) {
        await into(generation).catch((error: unknown) => {
          if (!(error instanceof RefusedEntriesError)) throw error;
          refused = error;
        });
        written.add(generation);
      }
    }
    if (refused) throw refused;
  }

  /**
   * Fills a fresh generation with everything there is and switches to it; reads go on against the old one until then,
   * and what is written meanwhile reaches the fresh one too. Resolves when nobody reads the old one any more and it has
   * been removed. A failure leaves the old one live.
   *
   * @param batches read from the facts when they are asked for, so that nothing is lacking of what was missed before.
   */
  rebuild(tenant: Tenant, batches: AsyncIterable<readonly T[]>): Promise<void> {
    return this.replaceAll(tenant, batches, { ofFacts: true });
  }

  /** The same with what need not be read from the facts. */
  protected async replaceAll(
    tenant: Tenant,
    batches: AsyncIterable<readonly T[]>,
    source: { ofFacts: boolean },
  ): Promise<void> {
    const build = await this.begin(tenant);
    try {
      await this.#fill(build, batches, source);
      this.#live.note(tenant, build.generation);
      // Something may have been missed since it was begun. Where that cannot be asked, it shows with the next look.
      await this.#standing(tenant).catch(() => undefined);
      if (!build.replaces) return;
      await sleep(KNOWN_MS + this.engine.readMs + SLACK_MS);
      await build.sweep();
    } finally {
      await build.end();
    }
  }

  /** A fresh generation to be filled. */
  begin(tenant: Tenant): Promise<GenerationBuild<T>> {
    return GenerationBuild.begin(this.engine, this.ledger, tenant);
  }

  /** Removes everything of a tenant. */
  async remove(tenant: Tenant): Promise<void> {
    await this.ledger.forget(tenant);
    this.#live.note(tenant, null);
    this.#behind.delete(placementOf(tenant));
    await this.engine.drop(tenant, []);
    await this.engine.forget?.(tenant);
  }

  /** Removes what a tenant has left in an earlier placement. */
  async leave(placed: Tenant): Promise<void> {
    await this.engine.leave?.(placed);
  }

  /** How much the engine has of a tenant, also of what nobody reads. */
  held(tenant: Tenant): Promise<number> {
    return this.engine.held(tenant);
  }

  /** Where the generations stand, which also tells whether a write was missed. */
  async #standing(tenant: Tenant): Promise<Standing> {
    const standing = await this.ledger.standing(tenant);
    if (standing.missed) this.#behind.add(placementOf(tenant));
    else this.#behind.delete(placementOf(tenant));
    return standing;
  }

  async #fill(
    build: GenerationBuild<T>,
    batches: AsyncIterable<readonly T[]>,
    source: { ofFacts: boolean },
  ): Promise<void> {
    try {
      for await (const batch of batches) await build.put(batch);
      await build.complete();
    } catch (error) {
      // What cannot be removed now, because the engine is down, is removed by the next build.
      await build.discard().catch(() => undefined);
      throw error;
    }
    // Where this fails, nobody knows whether it was done: nothing may be removed.
    await build.publish(source);
  }
}
