import { type Job as JobRecord, type ProjectionCheck } from "../datasources/projection/jobs/job-log.js";
import { type TargetLag } from "../datasources/projection/outbox/outbox.js";
import { type StoreHealth } from "../datasources/engines/store-health.js";
import { type Tenant } from "../datasources/core/tenant.js";
import {
  type Job,
  type OperatedProjection,
  type OperatedStore,
  type Operations,
} from "../schema/operations.type.js";
import { type NodeAnswer } from "./answer.js";
import { toGlobalId } from "./request/global-id.js";

export function storeOf({ breaker, state, ...health }: StoreHealth): OperatedStore {
  return { ...health, state: state === "UP" && breaker !== "CLOSED" ? "DEGRADED" : state };
}

/** A job with its global id. */
export function jobOf(tenant: Tenant, job: JobRecord): Job {
  return Object.assign({ __typename: "Job" }, job, { id: toGlobalId(tenant, "Job", job.id) });
}

/** A target's lag with the last of the checks that is its own. */
export function projectionOf(lag: TargetLag, checks: readonly ProjectionCheck[]): OperatedProjection {
  return { ...lag, lastCheck: checks.find(({ target }) => target === lag.target) ?? null };
}

/** What an operator sees of a tenant, as GraphQL reads it; its fields ask the stores. */
export function operationsOf(tenant: Tenant) {
  const id = toGlobalId(tenant, "Operations", tenant.slug);
  return { __typename: "Operations" as const, id } satisfies NodeAnswer<Operations>;
}
