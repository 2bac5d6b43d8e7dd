import { type Projection, type ProjectionStatus } from "./projection.js";
import { type StoreName } from "./store-request.js";
import { type Tenant } from "./tenant.js";

/** What a projection is filled from: everything of a tenant in batches, and how many there are. */
export interface ProjectionSource<T> {
  batches(tenant: Tenant): AsyncIterable<readonly T[]>;
  count(tenant: Tenant): Promise<number>;
}

/** Told how many entries have been carried, and how many there are. */
export type RebuildProgress = (done: number, total: number) => void;

/** A projection in an engine of its own: which tenants it can answer for, and the way to fill it. */
export interface ProjectionTarget {
  readonly store: StoreName;
  /** The domain: `catalog`, `search`, `recommendations`. */
  readonly domain: string;
  /** Whether the tenant's projection has been filled, as far as this process knows; until then its standby answers. */
  isFilled(tenant: Tenant): boolean;
  /** Whether writes go to it: it has been filled. Asks the engine where this process does not know. */
  receives(tenant: Tenant): Promise<boolean>;
  /** Notes that a write did not reach the engine: the projection needs a rebuild. */
  missed(tenant: Tenant): void;
  needsRebuild(tenant: Tenant): boolean;
  /** Asks the engine, and remembers. */
  status(tenant: Tenant): Promise<ProjectionStatus>;
  /** Once a process is enough: asked again, it does nothing unless it failed before. */
  prepare(): Promise<void>;
  rebuild(tenant: Tenant, onProgress?: RebuildProgress): Promise<number>;
}

/** Puts a projection and its source together. */
export function projectionTarget<T>(
  store: StoreName,
  domain: string,
  projection: Projection<T>,
  source: ProjectionSource<T>,
  onMissed: (line: string) => void,
): ProjectionTarget {
  const filled = new Set<number>();
  const behind = new Set<number>();
  let prepared: Promise<void> | undefined;
  const status = async (tenant: Tenant) => {
    const found = await projection.status(tenant);
    if (found.live === null || behind.has(tenant.id)) filled.delete(tenant.id);
    else filled.add(tenant.id);
    return found;
  };
  return {
    store,
    domain,
    isFilled: (tenant) => filled.has(tenant.id),
    prepare: () =>
      (prepared ??= projection.prepare().catch((error: unknown) => {
        prepared = undefined;
        throw error;
      })),
    status,
    receives: async (tenant) => filled.has(tenant.id) || (await status(tenant)).live !== null,
    missed(tenant) {
      behind.add(tenant.id);
      filled.delete(tenant.id);
      onMissed(`${store} did not take a write of ${tenant.slug}. It is rebuilt when it is back.`);
    },
    needsRebuild: (tenant) => behind.has(tenant.id),
    async rebuild(tenant, onProgress = () => {}) {
      // Whatever was prepared may have been wiped since: that is one reason to rebuild.
      await projection.prepare();
      const total = await source.count(tenant);
      let done = 0;
      async function* counted() {
        for await (const batch of source.batches(tenant)) {
          yield batch;
          done += batch.length;
          onProgress(done, total);
        }
      }
      await projection.rebuild(tenant, counted());
      behind.delete(tenant.id);
      filled.add(tenant.id);
      return done;
    },
  };
}
