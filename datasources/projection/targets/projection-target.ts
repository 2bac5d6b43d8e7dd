import { type OutboxHolds, type OutboxTarget } from "../outbox/outbox.js";
import { type OutboxEvent } from "../outbox/outbox-event.js";
import { type Generations, type ProjectionStatus } from "../generations/generations.js";
import { type OwedWrite } from "../generations/owed-writes.js";
import { type AnySection } from "../check/section.js";
import { type StoreName } from "../../core/store-request.js";
import { placementOf, type Tenant } from "../../core/tenant.js";
import { ifAnswered } from "../../core/store-error.js";

/** What a projection is filled from: everything of a tenant in batches, and how many there are. */
export interface ProjectionSource<T> {
  batches(tenant: Tenant): AsyncIterable<readonly T[]>;
  count(tenant: Tenant): Promise<number>;
}

/** Told how many entries have been carried, and how many there are; null where they could not be counted. */
export type RebuildProgress = (done: number, total: number | null) => void;

/** How a projection follows the outbox. */
export interface Follower {
  /**
   * Brings a projection to the state of events of one tenant: at most one a key, in the order of the outbox. Applying
   * them again, or late, changes nothing.
   *
   * @throws StoreUnavailableError when the store does not answer; the events may have been applied in part.
   * @throws RefusedEntriesError when the store says which it cannot keep; all others have been applied.
   * @throws Error when one of them cannot be applied, and nobody knows which.
   */
  apply(tenant: Tenant, events: readonly OutboxEvent[]): Promise<void>;
  /** The same keys with the state that their facts have now, for events that could not be applied when they were new. */
  current(tenant: Tenant, events: readonly OutboxEvent[]): Promise<OutboxEvent[]>;
}

/** A projection by name: which tenants it can answer for, the way to fill it, and the way to keep it up to date. */
export interface ProjectionTarget extends OutboxTarget, Follower {
  readonly store: StoreName;
  /** The domain: `catalog`, `search`, `recommendations`. */
  readonly domain: string;
  /** Whether it is PostgreSQL's own, which answers while it is filled: it is never empty, but may be of another form. */
  readonly embedded: boolean;
  /** Whether the tenant's projection has been filled and lacks nothing, as far as this process knows; until then its standby answers. */
  isFilled(tenant: Tenant): boolean;
  /** Whether writes go to it: it has been filled. Asks the engine where this process does not know. */
  receives(tenant: Tenant): Promise<boolean>;
  /** Notes a write that PostgreSQL takes before the engine does. @throws StoreUnavailableError where it cannot be noted. */
  owe(tenant: Tenant): Promise<Pick<OwedWrite, "settled" | "missed">>;
  /** Tells that the engine, being down, did not take a write: the projection is rebuilt, by whoever keeps projections. */
  missed(tenant: Tenant): void;
  /** Whether a write is lacking that another process may have missed, as it was when the status was asked last. */
  needsRebuild(tenant: Tenant): boolean;
  /** Whether all of it is being replaced just now. */
  isReplaced(tenant: Tenant): Promise<boolean>;
  /** Asks the engine, and remembers. */
  status(tenant: Tenant): Promise<ProjectionStatus>;
  /** Once a process is enough: asked again, it does nothing unless it failed before. */
  prepare(): Promise<void>;
  rebuild(tenant: Tenant, onProgress?: RebuildProgress): Promise<number>;
  /** Removes everything of a tenant from the engine; what is beside the facts goes with them. */
  remove(tenant: Tenant): Promise<void>;
  /** Removes what a tenant has left in an earlier placement. */
  leave(placed: Tenant): Promise<void>;
  /** How much the engine has of a tenant, also of what nobody reads; 0 where it lies beside the facts. */
  held(tenant: Tenant): Promise<number>;
  /** What can be compared with its source. */
  readonly sections: readonly AnySection[];
  /** Rejects while the store does not answer. */
  ping(): Promise<unknown>;
}

/** What a target is made of. */
export interface TargetParts<T> extends OutboxTarget {
  store: StoreName;
  domain: string;
  projection: Generations<T>;
  source: ProjectionSource<T>;
  sections: readonly AnySection[];
  follower: Follower;
  /** Keeps events for the end of a rebuild. */
  holds: OutboxHolds;
  ping(): Promise<unknown>;
  onMissed: (line: string) => void;
}

/** Puts the parts of an engine's projection together. */
export function projectionTarget<T>(parts: TargetParts<T>): ProjectionTarget {
  const { name, topics, store, domain, projection, source, follower, holds, onMissed } = parts;
  const filled = new Set<string>();
  let prepared: Promise<void> | undefined;
  const status = async (tenant: Tenant) => {
    const found = await projection.status(tenant);
    if (found.live === null) filled.delete(placementOf(tenant));
    else filled.add(placementOf(tenant));
    return found;
  };
  return {
    name,
    topics,
    store,
    domain,
    embedded: false,
    sections: parts.sections,
    isFilled: (tenant) => filled.has(placementOf(tenant)) && !projection.isBehind(tenant),
    prepare: () =>
      (prepared ??= projection.prepare().catch((error: unknown) => {
        prepared = undefined;
        throw error;
      })),
    status,
    receives: async (tenant) => filled.has(placementOf(tenant)) || (await status(tenant)).live !== null,
    owe: (tenant) => projection.owe(tenant),
    missed(tenant) {
      projection.noteMissed(tenant);
      onMissed(`${store} did not take a write of ${tenant.slug}. It is rebuilt when it is back.`);
    },
    needsRebuild: (tenant) => projection.isBehind(tenant),
    isReplaced: (tenant) => projection.isReplaced(tenant),
    async apply(tenant, events) {
      // What nothing has been built for yet is not lost: its first rebuild reads the facts, which are committed.
      if (filled.has(placementOf(tenant)) || (await projection.receives(tenant)))
        await follower.apply(tenant, events);
    },
    current: (tenant, events) => follower.current(tenant, events),
    rebuild: (tenant, onProgress) =>
      holds.during(
        async () => {
          // Whatever was prepared may have been wiped since: that is one reason to rebuild.
          await projection.prepare();
          const counter = countedBatches(source, tenant, onProgress);
          await projection.rebuild(tenant, counter.batches());
          filled.add(placementOf(tenant));
          return counter.done;
        },
        // What was taken away while the rebuild was carrying it is there again: said once more, it goes.
        { tenant, topics, replay: (events) => follower.apply(tenant, events) },
      ),
    remove: async (tenant) => {
      await projection.remove(tenant);
      filled.delete(placementOf(tenant));
    },
    leave: (placed) => projection.leave(placed),
    held: (tenant) => projection.held(tenant),
    ping: () => parts.ping(),
  };
}

/** The batches of a source, counted as they pass. */
export function countedBatches<T>(
  source: ProjectionSource<T>,
  tenant: Tenant,
  onProgress: RebuildProgress = () => {},
) {
  const counter = {
    done: 0,
    async *batches(): AsyncGenerator<readonly T[]> {
      const total = await ifAnswered(source.count(tenant));
      for await (const batch of source.batches(tenant)) {
        yield batch;
        counter.done += batch.length;
        onProgress(counter.done, total);
      }
    },
  };
  return counter;
}
