import { setTimeout as sleep } from "node:timers/promises";

import { type Tenant } from "../core/tenant.js";
import { type Located, type Relocate } from "../engines/postgres/store.postgres.js";
import { type TenantMover } from "../tenancy/tenant-mover.postgres.js";
import { type DedicatedStores } from "./dedicated-stores.js";
import { type OwnDeployment } from "./deployment.js";

/** Time between two looks where a tenant is that is just being switched. Milliseconds. */
const LOOK_MS = 15;
/** For how long a switch may take until whoever was at it is taken for dead, and how long writers wait in all. Milliseconds. */
const DEAD_MS = 1_000;
const PATIENCE_MS = 5_000;

/** What knows where tenants are. */
export interface Whereabouts {
  home: Pick<OwnDeployment, "registry" | "postgres">;
  dedicated: DedicatedStores;
  mover: Pick<TenantMover, "settle">;
}

/**
 * Finds the servers of tenants that were turned away from where they were: by the registry of the deployment, which is asked
 * once for all who wait for one tenant. A tenant that its servers turn away although it is there is about to leave them:
 * it is waited for, and where whoever moves it has died, it goes on there.
 */
export function relocation(whereabouts: () => Whereabouts): Relocate {
  const waiting = new Map<number, Promise<Tenant | null>>();
  return async (tenant) => {
    const { id } = tenant;
    const found = waiting.get(id) ?? settled(whereabouts(), tenant).finally(() => waiting.delete(id));
    waiting.set(id, found);
    const now = await found;
    return now && locate(whereabouts(), now);
  };
}

async function locate({ home, dedicated }: Whereabouts, tenant: Tenant): Promise<Located> {
  if (!tenant.servers) return { store: home.postgres, tenant };
  return { store: (await dedicated.at(tenant)).postgres, tenant };
}

/** A tenant as it takes writes again; null where it does not. */
async function settled({ home, mover }: Whereabouts, refused: Tenant): Promise<Tenant | null> {
  const began = performance.now();
  let dead = false;
  for (;;) {
    const waited = performance.now() - began;
    const now = await home.registry.current(refused.id).catch((error: unknown) => {
      // A server that has no place for one more look is no reason to give a write up.
      if (waited > PATIENCE_MS) throw error;
      return undefined;
    });
    if (now === null || now?.state === "DELETING") return null;
    if (now && (dead || !now.servers || now.epoch !== refused.epoch)) return now;
    if (waited > PATIENCE_MS) return null;
    if (now && waited > DEAD_MS) {
      await mover.settle(now);
      dead = true;
    } else await sleep(LOOK_MS);
  }
}
