import { type AuditActor } from "../../core/audit-acts.js";
import { type JobKind, type JobState } from "../../core/vocabulary.js";
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

/** Work that an operator has started. */
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
}

/** A job to begin. */
export interface NewJob extends Pick<Job, "id" | "kind" | "target"> {
  /** Who starts it, for the log of who did what. */
  by: AuditActor;
}

/** Where work on projections is noted. */
export interface JobLog {
  recordCheck(tenant: Tenant, check: Omit<ProjectionCheck, "at">): Promise<void>;
  /** Notes a job that begins; answers null where one is running on the same target. */
  startJob(tenant: Tenant, job: NewJob): Promise<Job | null>;
  /** A sign of life. */
  touchJob(tenant: Tenant, id: string, progress: number): Promise<void>;
  endJob(tenant: Tenant, id: string, reason: string | null): Promise<void>;
}
