import { type Tenant } from "../../core/tenant.js";
import { type Job, type JobLog } from "./job-log.js";
import { shareOf } from "./progress.js";

/** Time between two signs of life. Milliseconds. */
const SIGN_OF_LIFE_MS = 2_000;

/** Told how much is done, of how much in all; null where nobody knows. */
export type JobProgress = (done: number, total: number | null) => void;

/**
 * Does the work of a job that has been noted, giving signs of life, and notes how it ended. Never rejects: nobody waits
 * for it.
 *
 * @param work answers what came of it, or null.
 * @param failed told of what goes wrong, beside the log of jobs: details of a store are not for those who read that.
 */
export async function runNoted(
  log: Pick<JobLog, "touchJob" | "endJob">,
  tenant: Tenant,
  { id }: Pick<Job, "id">,
  work: (onProgress: JobProgress) => Promise<string | null>,
  failed?: (error: unknown) => void,
): Promise<void> {
  let progress = 0;
  const touch = () => void log.touchJob(tenant, id, progress).catch(() => undefined);
  const timer = setInterval(touch, SIGN_OF_LIFE_MS).unref();
  let reason: string | null = null;
  let outcome: string | null = null;
  try {
    outcome = await work((done, total) => (progress = shareOf(done, total)));
  } catch (error) {
    reason = error instanceof Error ? error.name : "Error";
    failed?.(error);
  }
  clearInterval(timer);
  await log.endJob(tenant, id, reason, outcome).catch(() => undefined);
}
