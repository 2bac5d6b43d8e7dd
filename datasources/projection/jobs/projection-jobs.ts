import { randomUUID } from "node:crypto";

import { type Job } from "./job-log.js";
import { type AuditActor } from "../../core/audit-acts.js";
import { type JobKind } from "../../core/vocabulary.js";
import { type ProjectionTarget } from "../targets/projection-target.js";
import { Refusal } from "../../core/refusal.js";
import { type ProjectionStores } from "../targets/projection-stores.js";
import { type Tenant } from "../../core/tenant.js";
import { checkProjection } from "../check/check-projection.js";

/** Time between two signs of life. Milliseconds. */
const SIGN_OF_LIFE_MS = 2_000;

/**
 * Starts to rebuild or check a tenant's projection behind the answer. One job works on a projection at a time.
 *
 * @param by who starts it, for the log of who did what.
 * @throws Refusal where there is no such projection, or a job is working on it.
 */
export async function startProjectionJob(
  stores: ProjectionStores,
  tenant: Tenant,
  kind: Exclude<JobKind, "MOVE">,
  targetName: string,
  by: AuditActor,
): Promise<Job> {
  const target = targetNamed(stores, targetName);
  const job = await stores.operations.startJob(tenant, { id: randomUUID(), kind, target: targetName, by });
  if (!job) {
    throw new Refusal("target", "JOB_RUNNING", `${targetName} is being worked on. Wait for the job to end.`);
  }
  void run(stores, tenant, target, job);
  return job;
}

/** @throws Refusal that names the projections there are. */
export function targetNamed(stores: Pick<ProjectionStores, "projections">, name: string): ProjectionTarget {
  const target = stores.projections.find((each) => each.name === name);
  if (target) return target;
  const known = stores.projections.map((each) => each.name).join(", ");
  throw new Refusal("target", "TARGET_NOT_FOUND", `There is no such projection. Accepted: ${known}.`);
}

/** Works until the job is done and notes how it ended. Never rejects: nobody waits for it. */
async function run(
  stores: ProjectionStores,
  tenant: Tenant,
  target: ProjectionTarget,
  { id, kind }: Job,
): Promise<void> {
  let progress = 0;
  const touch = () => void stores.operations.touchJob(tenant, id, progress).catch(() => undefined);
  const timer = setInterval(touch, SIGN_OF_LIFE_MS).unref();
  const onProgress = (done: number, total: number) => {
    progress = total === 0 ? 1 : Math.min(1, done / total);
  };
  let reason: string | null = null;
  try {
    if (kind === "REBUILD") await target.rebuild(tenant, onProgress);
    else await checkProjection(stores, target, tenant, { repair: kind === "REPAIR", onProgress });
  } catch (error) {
    // Details of a store are for its log, not for those who read the schema.
    reason = error instanceof Error ? error.name : "Error";
  }
  clearInterval(timer);
  await stores.operations.endJob(tenant, id, reason).catch(() => undefined);
}
