import { type AuditActor } from "../../core/audit-acts.js";
import { type JobKind, type JobState, type ScheduledKind } from "../../core/vocabulary.js";
import { type Tenant } from "../../core/tenant.js";
import { type FaultCounts } from "../check/check-sections.js";

/** What the last comparison of a projection with its source found. */
export interface ProjectionCheck extends FaultCounts {
  /** `catalog.mongodb` …. */
  target: string;
  /** When it ended. ISO 8601. */
  at: string;
  /** Entries looked at, on both sides together. */
  entries: number;
}

/** Work that an operator has started, or a gateway at a set time. */
export interface Job {
  id: string;
  kind: JobKind;
  target: string;
  state: JobState;
  /** Share that is done, in [0, 1]. */
  progress: number;
  /** ISO 8601. */
  startedAt: string;
  finishedAt: string | null;
  /** Why it failed; null unless it did. */
  reason: string | null;
  /** What came of it, in a sentence; null where there is nothing to say. */
  outcome: string | null;
}

/** A job to begin. */
export interface NewJob extends Pick<Job, "id" | "kind" | "target"> {
  /** Who starts it, for the log of who did what. */
  by: AuditActor;
}

/** A job whose time has come. */
export interface DueJob {
  kind: ScheduledKind;
  target: string;
  /** The time that it is set for. */
  due: Date;
  /** Since when somebody has looked for it: what was due before is made up for only where it was done some time earlier. */
  since: Date;
}

/** Where work behind the answers is noted. */
export interface JobLog {
  recordCheck(tenant: Tenant, check: Omit<ProjectionCheck, "at">): Promise<void>;
  /** Notes a job that begins; answers null where one is running on the same target. */
  startJob(tenant: Tenant, job: NewJob): Promise<Job | null>;
  /** A sign of life. */
  touchJob(tenant: Tenant, id: string, progress: number): Promise<void>;
  /** Notes its end: why it failed, or null and what came of it. */
  endJob(tenant: Tenant, id: string, reason: string | null, outcome?: string | null): Promise<void>;
  /**
   * Notes a job that begins because its time has come; answers null where one is running on the same target, or somebody
   * has done it since it was due. Of two that ask at once, one is answered the job. One whose process died is begun anew.
   */
  startDue(tenant: Tenant, job: DueJob): Promise<Job | null>;
}
