import { type ProjectionStores } from "../targets/projection-stores.js";
import { type Tenant } from "../../core/tenant.js";
import { CatchUp, CATCH_UP_PATIENCE, type DrainListener } from "./catch-up.js";
import { startProjector, type ProjectorStores } from "./projector.js";

export type DrainStores = ProjectorStores & Pick<ProjectionStores, "outbox">;

/**
 * Does work that writes facts, while the projections follow, and waits until they have caught up. Beside a gateway it is
 * the gateway's projector that carries the events; alone, this process does.
 */
export async function projecting<T>(
  stores: DrainStores,
  tenant: Tenant,
  work: () => Promise<T>,
  listener: DrainListener = {},
  patience = CATCH_UP_PATIENCE,
): Promise<T> {
  const projector = await startProjector(stores);
  try {
    const result = await work();
    await new CatchUp(stores.outbox, tenant, listener, patience).wait();
    return result;
  } finally {
    await projector.stop();
  }
}
