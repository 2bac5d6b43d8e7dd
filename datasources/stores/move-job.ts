import { randomUUID } from "node:crypto";

import { actorIn, type TenantActor } from "../audit/tenant-acts.js";
import { Refusal } from "../core/refusal.js";
import { type Tenant } from "../core/tenant.js";
import { type Job } from "../projection/jobs/job-log.js";
import { notedMoves } from "./noted-moves.js";
import { type Stores } from "./stores.js";

/** Time between two signs of life. Milliseconds. */
const SIGN_OF_LIFE_MS = 2_000;

/** Starts to move a tenant behind the answer. @throws Refusal where it is there already, on its way, or on servers of its own. */
export async function startMoveJob(
  stores: Pick<Stores, "operations" | "moves" | "audit">,
  tenant: Tenant,
  tier: "SHARED" | "ISOLATED",
  by: TenantActor,
): Promise<Job> {
  const { operations } = stores;
  if (tenant.tier === tier) throw new Refusal("tier", "NOT_MOVED", `${tenant.slug} is ${tier} already.`);
  if (tenant.servers)
    throw new Refusal("slug", "SERVERS_INVALID", "A tenant on servers of its own stays there.");
  const job = await operations.startJob(tenant, {
    id: randomUUID(),
    kind: "MOVE",
    target: tier,
    by: actorIn(by),
  });
  if (!job) throw new Refusal(null, "TENANT_MOVING", "Somebody is moving this tenant just now.");
  let progress = 0;
  const touch = () => void operations.touchJob(tenant, job.id, progress).catch(() => undefined);
  const timer = setInterval(touch, SIGN_OF_LIFE_MS).unref();
  const onProgress = (done: number, total: number) => void (progress = done / total);
  const ended = (reason: string | null) => {
    clearInterval(timer);
    return operations.endJob(tenant, job.id, reason);
  };
  void notedMoves(stores, by)
    .move(tenant, tier, onProgress)
    .then(
      () => ended(null),
      // Details of a store are for its log, not for those who read the schema.
      (error: unknown) => ended(error instanceof Refusal ? error.code : "Error"),
    )
    .catch(() => undefined);
  return job;
}
