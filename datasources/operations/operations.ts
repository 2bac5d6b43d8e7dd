import { type FaultCounts } from "../projections/check.js";
import { type StoreRequest } from "../store-request.js";
import { type Tenant } from "../tenant.js";

/** What the last comparison of a projection with its source found. */
export interface ProjectionCheck extends FaultCounts {
  /** `catalog.mongodb` …. */
  target: string;
  /** When it ended. ISO 8601. */
  at: string;
  /** Entries looked at, on both sides together. */
  entries: number;
}

/** What the last checks of a target found, of all tenants together. */
export interface CheckFigures extends FaultCounts {
  target: string;
  /** Age of the oldest of them. Seconds. */
  ageSeconds: number;
}

export type JobKind = "REBUILD" | "CHECK" | "REPAIR";
export type JobState = "RUNNING" | "DONE" | "FAILED";

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

/** An event that a target refused until it gave up. */
export interface DeadLetter {
  target: string;
  topic: string;
  entity: string;
  related: string;
  reason: string;
  attempts: number;
  /** ISO 8601. */
  firstFailedAt: string;
}

/** What operators look at and start. Everything is one tenant's. */
export interface Operations {
  /** The last check of each target that has been checked. */
  checks(request: StoreRequest): Promise<ProjectionCheck[]>;
  /** The last checks of all tenants together, by target: for metrics, never for one tenant's operator. */
  checkFigures(): Promise<CheckFigures[]>;
  recordCheck(tenant: Tenant, check: Omit<ProjectionCheck, "at">): Promise<void>;
  /** The jobs started last, newest first. */
  jobs(request: StoreRequest, limit: number): Promise<Job[]>;
  job(request: StoreRequest, id: string): Promise<Job | null>;
  /** Notes a job that begins; answers null where one is running on the same target. */
  startJob(tenant: Tenant, job: Pick<Job, "id" | "kind" | "target">): Promise<Job | null>;
  /** A sign of life. */
  touchJob(tenant: Tenant, id: string, progress: number): Promise<void>;
  endJob(tenant: Tenant, id: string, reason: string | null): Promise<void>;
  deadLetters(request: StoreRequest, limit: number): Promise<DeadLetter[]>;
  /** Titles in force and profiles. */
  figures(request: StoreRequest): Promise<{ titles: number; profiles: number }>;
}
