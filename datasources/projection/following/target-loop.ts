import { setTimeout as sleep } from "node:timers/promises";

import { wordsOf } from "../../../packages/told-errors/index.js";
import { PartitionLostError, type OutboxConsumer } from "../outbox/outbox-consumer.js";
import { type ProjectionTarget } from "../targets/projection-target.js";
import { StoreUnavailableError } from "../../core/store-error.js";
import { applyBatch, type TenantOf } from "./apply-batch.js";

/** Told of what a projector does, for metrics. */
export interface ProjectorObserver {
  /** A batch was applied: how many events it held, and how long that took. */
  applied(target: string, events: number, seconds: number): void;
  /** Events were refused and parked. */
  refused(target: string, events: number): void;
  /** A target could not be written to at all; it is tried again. */
  failed(target: string): void;
}

/** What a target is asked to see to. */
export interface Errands {
  read?: boolean;
  due?: boolean;
  skip?: boolean;
}

export interface LoopParts {
  target: ProjectionTarget;
  consumer: OutboxConsumer;
  tenantOf: TenantOf;
  observer: ProjectorObserver;
  warn: (line: string) => void;
}

/**
 * Least time from the beginning of one batch to that of the next: under load, what is written meanwhile is carried together,
 * which costs engines that make each batch visible by itself far less. Full batches do not wait. Milliseconds.
 */
const PACE_MS = 100;
/** The wait after a failure, doubled with each further one. Milliseconds. */
const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 2_000;
/** Time between two looks whether a store that was down answers again. Milliseconds. */
const PROBE_MS = 200;
/** Time until events are looked for again that older transactions hold back; doubled while they do. Milliseconds. */
const FIRST_BLOCKED_MS = 10;
const LONGEST_BLOCKED_MS = 250;

/** Carries the events of one target, one batch after the other, for as long as there is something to do. */
export class TargetLoop {
  #wanted: Errands = {};
  #running: Promise<void> | undefined;
  #stopped = false;
  #failures = 0;
  #blockedMs = FIRST_BLOCKED_MS;
  #blocked: NodeJS.Timeout | undefined;
  readonly #stopping = new AbortController();

  constructor(private readonly parts: LoopParts) {}

  /** Asks for something to be done; at once, or when what is under way is done. */
  poke(errands: Errands): void {
    if (this.#stopped) return;
    this.#wanted = { ...this.#wanted, ...errands };
    this.#running ??= this.#run().finally(() => (this.#running = undefined));
  }

  /** Finishes the batch under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#stopping.abort();
    clearTimeout(this.#blocked);
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stopped && Object.keys(this.#wanted).length > 0) {
      const errands = this.#wanted;
      this.#wanted = {};
      try {
        await this.#do(errands);
        if (this.#failures > 0) this.parts.warn(`${this.parts.target.name} follows again.`);
        this.#failures = 0;
      } catch (error) {
        // Whoever holds the partitions next begins where the cursors stand.
        if (error instanceof PartitionLostError) continue;
        this.#wanted = { ...errands, ...this.#wanted };
        await this.#recover(error);
      }
    }
  }

  async #do({ read, due, skip }: Errands): Promise<void> {
    const { consumer, target } = this.parts;
    if (read) await this.#readAll();
    if (due) await this.#retryParked();
    if (skip) await consumer.skip(target.name);
  }

  async #readAll(): Promise<void> {
    const { consumer, target, tenantOf } = this.parts;
    for (let more = true; more && !this.#stopped;) {
      const batch = await consumer.read(target.name);
      const { records } = batch;
      more = batch.more;
      if (records.length > 0) {
        const started = performance.now();
        const refused = await applyBatch(target, records, tenantOf);
        await consumer.commit(batch, refused);
        this.#observe(records.length, refused.length, started);
        if (!more) await this.#sleep(PACE_MS - (performance.now() - started));
        more = true;
      }
      this.#lookAgain(batch.blocked && !more, records.length > 0);
    }
  }

  /** What is committed and may not be read yet has told of itself already: it is looked for again soon. */
  #lookAgain(blocked: boolean, progress: boolean): void {
    clearTimeout(this.#blocked);
    this.#blockedMs = progress ? FIRST_BLOCKED_MS : Math.min(LONGEST_BLOCKED_MS, this.#blockedMs * 2);
    if (!blocked) this.#blockedMs = FIRST_BLOCKED_MS;
    else this.#blocked = setTimeout(() => this.poke({ read: true }), this.#blockedMs);
  }

  async #retryParked(): Promise<void> {
    const { consumer, target, tenantOf } = this.parts;
    const parked = await consumer.due(target.name);
    if (parked.length === 0) return;
    const started = performance.now();
    const refreshing = {
      store: target.store,
      ping: () => target.ping(),
      apply: async (...[tenant, events]: Parameters<ProjectionTarget["apply"]>) =>
        target.apply(tenant, await target.current(tenant, events)),
    };
    const refused = await applyBatch(refreshing, parked, tenantOf);
    await consumer.settle(target.name, parked, refused);
    this.#observe(parked.length, refused.length, started);
  }

  #observe(events: number, refused: number, started: number): void {
    const { observer, target } = this.parts;
    observer.applied(target.name, events - refused, (performance.now() - started) / 1000);
    if (refused > 0) observer.refused(target.name, refused);
  }

  async #recover(error: unknown): Promise<void> {
    const { target, observer, warn } = this.parts;
    observer.failed(target.name);
    if (this.#failures === 0) {
      const why = error instanceof StoreUnavailableError ? error.message : `Unexpected: ${wordsOf(error)}`;
      warn(`${target.name} waits: ${why}. What it has to follow is kept.`);
    }
    this.#failures += 1;
    await this.#wait(Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#failures));
  }

  /** Waits; less when a store that does not answer does so again. */
  async #wait(ms: number): Promise<void> {
    const until = performance.now() + ms;
    let down = false;
    while (!this.#stopped && (down || performance.now() < until)) {
      await this.#sleep(Math.min(PROBE_MS, ms));
      const answers = await this.parts.target.ping().then(
        () => true,
        () => false,
      );
      if (answers && down) return;
      down = !answers;
    }
  }

  /** Less when the loop is stopped. */
  async #sleep(ms: number): Promise<void> {
    if (ms <= 0) return;
    await sleep(ms, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
  }
}
