import { randomUUID } from "node:crypto";

import { type Job } from "./job-log.js";
import { type AuditActor } from "../../core/audit-acts.js";
import { type JobKind, type ScheduledKind } from "../../core/vocabulary.js";
import { type ProjectionTarget } from "../targets/projection-target.js";
import { Refusal } from "../../core/refusal.js";
import { type ProjectionStores } from "../targets/projection-stores.js";
import { type Tenant } from "../../core/tenant.js";
import { checkProjection } from "../check/check-projection.js";
import { runNoted } from "./noted-job.js";

/** What is done to a projection. */
export type ProjectionWork = Exclude<JobKind, "MOVE" | ScheduledKind>;

/**
 * Starts to rebuild or check a tenant's projection behind the answer. One job works on a projection at a time.
 *
 * @param by who starts it, for the log of who did what.
 * @throws Refusal where there is no such projection, or a job is working on it.
 */
export async function startProjectionJob(
  stores: ProjectionStores,
  tenant: Tenant,
  kind: ProjectionWork,
  targetName: string,
  by: AuditActor,
): Promise<Job> {
  const target = targetNamed(stores, targetName);
  const job = await stores.operations.startJob(tenant, { id: randomUUID(), kind, target: targetName, by });
  if (!job) {
    throw new Refusal("target", "JOB_RUNNING", `${targetName} is being worked on. Wait for the job to end.`);
  }
  void runNoted(stores.operations, tenant, job, async (onProgress) => {
    if (kind === "REBUILD") await target.rebuild(tenant, onProgress);
    else await checkProjection(stores, target, tenant, { repair: kind === "REPAIR", onProgress });
    return null;
  });
  return job;
}

/** @throws Refusal that names the projections there are. */
export function targetNamed(stores: Pick<ProjectionStores, "projections">, name: string): ProjectionTarget {
  const target = stores.projections.find((each) => each.name === name);
  if (target) return target;
  const known = stores.projections.map((each) => each.name).join(", ");
  throw new Refusal("target", "TARGET_NOT_FOUND", `There is no such projection. Accepted: ${known}.`);
}
