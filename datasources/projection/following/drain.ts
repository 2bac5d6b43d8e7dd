import { setTimeout as sleep } from "node:timers/promises";

import { type ProjectionStores } from "../targets/projection-stores.js";
import { type Tenant } from "../../core/tenant.js";
import { startProjector, type ProjectorStores } from "./projector.js";

export type DrainStores = ProjectorStores & Pick<ProjectionStores, "outbox">;

/** Told while a tenant's projections catch up. */
export interface DrainListener {
  /** The share that is done, in [0, 1], and how many events are left. */
  onProjecting?: (fraction: number, left: number) => void;
  /** A target makes no progress because its store is down: it follows when that is back. */
  onBehind?: (line: string) => void;
}

/** Time between two looks, and without any progress until a target is left to itself. Milliseconds. */
const LOOK_MS = 50;
const PATIENCE_MS = 15_000;

/**
 * Does work that writes facts, while the projections follow, and waits until they have caught up. Beside a gateway it is
 * the gateway's projector that carries the events; alone, this process does.
 */
export async function projecting<T>(
  stores: DrainStores,
  tenant: Tenant,
  work: () => Promise<T>,
  listener: DrainListener = {},
): Promise<T> {
  const projector = await startProjector(stores);
  try {
    const result = await work();
    await caughtUp(stores, tenant, listener);
    return result;
  } finally {
    await projector.stop();
  }
}

/** Resolves when no target has events of the tenant before it, or makes any progress. */
async function caughtUp(
  stores: Pick<ProjectionStores, "outbox">,
  tenant: Tenant,
  { onProjecting, onBehind }: DrainListener,
): Promise<void> {
  const progress = new Map<string, { left: number; at: number }>();
  let most = 0;
  for (;;) {
    const now = performance.now();
    const lags = (await stores.outbox.lag(tenant)).filter(({ lagEvents }) => lagEvents > 0);
    for (const { target, lagEvents } of lags) {
      if (progress.get(target)?.left !== lagEvents) progress.set(target, { left: lagEvents, at: now });
    }
    const moving = lags.filter(({ target }) => now - (progress.get(target)?.at ?? now) < PATIENCE_MS);
    const left = moving.reduce((sum, { lagEvents }) => sum + lagEvents, 0);
    most = Math.max(most, left);
    if (most > 0) onProjecting?.(1 - left / most, left);
    if (moving.length === 0) {
      for (const { target, lagEvents } of lags) {
        onBehind?.(
          `${target} is ${lagEvents.toLocaleString("en")} events behind; it follows when its store is back.`,
        );
      }
      return;
    }
    await sleep(LOOK_MS);
  }
}
