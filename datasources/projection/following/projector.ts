import { wordsOf } from "../../../packages/told-errors/index.js";
import { type OutboxTopic } from "../outbox/outbox-event.js";
import { PartitionLostError, type OutboxConsumer } from "../outbox/outbox-consumer.js";
import { type ProjectionStores } from "../targets/projection-stores.js";
import { StoreUnavailableError } from "../../core/store-error.js";
import { TargetLoop, type ProjectorObserver } from "./target-loop.js";

/** Time between two looks at everything: what a notification that was lost would have told, and what nobody holds. Milliseconds. */
const TICK_MS = 1_000;
/** Wait after a connection was lost, doubled while there is none. Milliseconds. */
const FIRST_RECONNECT_MS = 100;
/** Looks between two cleanings of the outbox. */
const CLEAN_EVERY = 10;

/** Carries what is committed to the projections. */
export interface Projector {
  /** Finishes what is under way and gives the partitions back. Safe to call twice. */
  stop(): Promise<void>;
}

export type ProjectorStores = Pick<ProjectionStores, "tenants" | "projections" | "outbox" | "titleSchedule">;

export interface ProjectorOptions {
  /** Told of what goes wrong, in one line. */
  warn?: (line: string) => void;
  observer?: ProjectorObserver;
}

const NOBODY: ProjectorObserver = { applied: () => {}, refused: () => {}, failed: () => {} };

/**
 * Starts to follow the outbox: takes the partitions that nobody holds, now and whenever one becomes free, and carries
 * their events to the projections. Any number of processes may do so; each partition of a target is carried by one.
 * Also lets versions of titles take effect whose time has come, and removes what every target has passed.
 */
export async function startProjector(
  stores: ProjectorStores,
  { warn = () => {}, observer = NOBODY }: ProjectorOptions = {},
): Promise<Projector> {
  const projector = new RunningProjector(stores, warn, observer);
  await projector.tick();
  return projector;
}

class RunningProjector implements Projector {
  readonly #consumer: OutboxConsumer;
  readonly #loops: Map<string, TargetLoop>;
  readonly #topics: Map<string, readonly OutboxTopic[]>;
  #timer: NodeJS.Timeout | undefined;
  #ticking: Promise<void> | undefined;
  #ticks = 0;
  #reconnectMs = FIRST_RECONNECT_MS;
  #warned = false;
  #stopped = false;

  constructor(
    private readonly stores: ProjectorStores,
    private readonly warn: (line: string) => void,
    observer: ProjectorObserver,
  ) {
    const consumer = stores.outbox.consume({
      onEvents: (topics) => this.#onEvents(topics),
      onLost: () => this.#schedule(FIRST_RECONNECT_MS),
    });
    this.#consumer = consumer;
    const tenantOf = (id: number) => stores.tenants.byId(id);
    this.#topics = new Map(stores.projections.map(({ name, topics }) => [name, topics]));
    this.#loops = new Map(
      stores.projections.map((target) => [
        target.name,
        new TargetLoop({ target, consumer, tenantOf, observer, warn }),
      ]),
    );
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#ticking;
    await Promise.all([...this.#loops.values()].map((loop) => loop.stop()));
    await this.#consumer.close();
  }

  /** Looks at everything once, and again in a while. */
  tick(): Promise<void> {
    return (this.#ticking ??= this.#look().finally(() => (this.#ticking = undefined)));
  }

  async #look(): Promise<void> {
    try {
      for (const target of await this.#consumer.hold()) this.#loops.get(target)?.poke({ read: true });
      await this.#letTakeEffect();
      for (const { target, ready, due, skippable } of await this.#consumer.survey()) {
        const errands = {
          ...(ready && { read: ready }),
          ...(due && { due }),
          ...(skippable && { skip: true }),
        };
        if (Object.keys(errands).length > 0) this.#loops.get(target)?.poke(errands);
      }
      if (this.#ticks++ % CLEAN_EVERY === 0) await this.#consumer.clean();
      this.#reconnectMs = FIRST_RECONNECT_MS;
      this.#warned = false;
      this.#schedule(TICK_MS);
    } catch (error) {
      this.#complain(error);
      this.#schedule(this.#reconnectMs);
      this.#reconnectMs = Math.min(TICK_MS, this.#reconnectMs * 2);
    }
  }

  /** Versions of titles whose time has come become what is in force, which is an event like any other. */
  async #letTakeEffect(): Promise<void> {
    for (const id of await this.#consumer.dueTenants()) {
      const tenant = await this.stores.tenants.byId(id);
      if (tenant) await this.stores.titleSchedule.takeEffect(tenant);
    }
  }

  #onEvents(topics: readonly OutboxTopic[]): void {
    for (const [name, followed] of this.#topics) {
      const concerned = topics.length === 0 || topics.some((topic) => followed.includes(topic));
      if (concerned) this.#loops.get(name)?.poke({ read: true });
    }
  }

  #complain(error: unknown): void {
    const expected = error instanceof StoreUnavailableError || error instanceof PartitionLostError;
    if (expected && this.#warned) return;
    this.#warned = true;
    this.warn(`The outbox cannot be followed just now: ${wordsOf(error)}`);
  }

  #schedule(ms: number): void {
    clearTimeout(this.#timer);
    if (!this.#stopped) this.#timer = setTimeout(() => void this.tick(), ms);
  }
}
