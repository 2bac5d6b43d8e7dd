import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import { type Tenant } from "../../core/tenant.js";
import { type EngineProjection } from "./engine-projection.js";
import { type Begun, type GenerationLedger } from "./generation-ledger.js";

/** How often a builder gives a sign of life, and how often others look whether they may begin. Milliseconds. */
const ALIVE_MS = 10_000;
const POLL_MS = 100;

/**
 * One generation of a tenant's projection while it is being filled beside the one that is read. Builders follow each
 * other; one that was taken for dead changes nothing any more that anybody reads.
 */
export class GenerationBuild<T> {
  readonly #alive: NodeJS.Timeout;

  private constructor(
    private readonly engine: EngineProjection<T>,
    private readonly ledger: GenerationLedger,
    private readonly tenant: Tenant,
    private readonly builder: string,
    private readonly begun: Begun,
  ) {
    const renew = () => void ledger.renew(tenant, builder).catch(() => undefined);
    this.#alive = setInterval(renew, ALIVE_MS).unref();
  }

  /** Waits for other builders of the tenant, then clears away what those that died have left. */
  static async begin<T>(
    engine: EngineProjection<T>,
    ledger: GenerationLedger,
    tenant: Tenant,
  ): Promise<GenerationBuild<T>> {
    const builder = randomUUID();
    let begun: Begun | null;
    while ((begun = await ledger.begin(tenant, builder)) === null) await sleep(POLL_MS);
    const build = new GenerationBuild(engine, ledger, tenant, builder, begun);
    try {
      await engine.prepare(tenant);
      await engine.drop(tenant, build.#before);
      await engine.open(tenant, begun.generation);
    } catch (error) {
      await build.end();
      throw error;
    }
    return build;
  }

  get generation(): number {
    return this.begun.generation;
  }

  /** Whether there was something to read already. */
  get replaces(): boolean {
    return this.begun.before !== null;
  }

  /** @throws Error when another process has taken over. */
  async put(facts: readonly T[]): Promise<void> {
    this.#held(await this.ledger.renew(this.tenant, this.builder));
    await this.engine.put(this.tenant, this.generation, facts, true);
  }

  /** Says that everything has been put. */
  async complete(): Promise<void> {
    await this.engine.complete?.(this.tenant, this.generation, this.begun.before);
  }

  /**
   * Lets readers go over to this generation.
   *
   * @param ofFacts whether it was filled with facts read since it was begun, so that what was missed before is in it.
   * @throws Error when another process has taken over.
   */
  async publish({ ofFacts }: { ofFacts: boolean }): Promise<void> {
    const madeUp = ofFacts ? this.begun.at : null;
    this.#held(await this.ledger.publish(this.tenant, this.builder, madeUp));
  }

  /** Removes what has been filled and was not published. */
  async discard(): Promise<void> {
    if (await this.ledger.renew(this.tenant, this.builder)) await this.engine.drop(this.tenant, this.#before);
  }

  /** Removes every generation but this one. */
  async sweep(): Promise<void> {
    await this.engine.drop(this.tenant, [this.generation]);
  }

  /** Lets others begin; where PostgreSQL cannot be told, they do when the lease has run out. */
  async end(): Promise<void> {
    clearInterval(this.#alive);
    await this.ledger.end(this.tenant, this.builder).catch(() => undefined);
  }

  get #before(): number[] {
    return this.begun.before === null ? [] : [this.begun.before];
  }

  #held(held: boolean): void {
    if (!held)
      throw new Error(`Another process has taken over filling ${this.engine.label} of ${this.tenant.slug}`);
  }
}
