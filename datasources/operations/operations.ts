import { type FaultCounts } from "../projection/check/check-sections.js";
import { type Page, type PageOf, type Position } from "../core/page.js";
import { type StoreRequest } from "../core/store-request.js";
import { type OutboxTopic } from "../core/vocabulary.js";
import { type Job, type JobLog, type ProjectionCheck } from "../projection/jobs/job-log.js";

/** What the last checks of a target found, of all tenants together. */
export interface CheckFigures extends FaultCounts {
  target: string;
  /** Age of the oldest of them. Seconds. */
  ageSeconds: number;
}

/** An event that a target refused until it gave up. */
export interface DeadLetter {
  target: string;
  topic: OutboxTopic;
  entity: string;
  related: string;
  reason: string;
  attempts: number;
  /** ISO 8601. */
  firstFailedAt: string;
}

/** An entry of a list with its place in it. */
export interface Placed<T> {
  position: Position;
  entry: T;
}

/** What operators look at and start. Everything is one tenant's. */
export interface Operations extends JobLog {
  /** The last check of each target that has been checked. */
  checks(request: StoreRequest): Promise<ProjectionCheck[]>;
  /** The last checks of all tenants together, by target: for metrics, never for one tenant's operator. */
  checkFigures(): Promise<CheckFigures[]>;
  /** A page of the jobs, those started last first; one store call. */
  jobs(request: StoreRequest, page: Page): Promise<PageOf<Placed<Job>>>;
  /** Those there are, by id; one store call. */
  jobsByIds(request: StoreRequest, ids: readonly string[]): Promise<Map<string, Job>>;
  /** A page of the dead letters, those refused last first; one store call. */
  deadLetters(request: StoreRequest, page: Page): Promise<PageOf<Placed<DeadLetter>>>;
  /** Titles in force and profiles. */
  figures(request: StoreRequest): Promise<{ titles: number; profiles: number }>;
  /** The titles that were added last, in any state. `addedAt` in ISO 8601. */
  latestTitles(request: StoreRequest, limit: number): Promise<{ name: string; addedAt: string }[]>;
  /**
   * Profiles that watched in so many days until now, and how much together, of what counts for charts. Seconds. Whoever
   * was forgotten makes them no more.
   */
  watched(request: StoreRequest, days: number): Promise<{ viewers: number; seconds: number }>;
}
