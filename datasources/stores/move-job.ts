import { randomUUID } from "node:crypto";

import { actorIn, type TenantActor } from "../audit/tenant-acts.js";
import { Refusal } from "../core/refusal.js";
import { type Tenant } from "../core/tenant.js";
import { type Job } from "../projection/jobs/job-log.js";
import { notedMoves } from "./noted-moves.js";
import { type Stores } from "./stores.js";
import { type Destination } from "./tenant-moves.js";

/** Time between two signs of life. Milliseconds. */
const SIGN_OF_LIFE_MS = 2_000;

/** Starts to move a tenant behind the answer. @throws Refusal where it is there already or on its way, or of the servers what is wrong with them. */
export async function startMoveJob(
  stores: Pick<Stores, "operations" | "moves" | "audit" | "deploymentAudit">,
  tenant: Tenant,
  to: Destination,
  by: TenantActor,
): Promise<Job> {
  const { operations, moves } = stores;
  moves.check(tenant, to);
  const job = await operations.startJob(tenant, {
    id: randomUUID(),
    kind: "MOVE",
    target: to.tier,
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
    .move(tenant, to, { onProgress })
    .then(
      () => ended(null),
      // Details of a store are for its log, not for those who read the schema.
      (error: unknown) => ended(error instanceof Refusal ? error.code : "Error"),
    )
    .catch(() => undefined);
  return job;
}
