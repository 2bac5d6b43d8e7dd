import { type Tenant } from "../../core/tenant.js";
import { type Tenants } from "../../core/tenants.js";
import { type Outbox } from "../outbox/outbox.js";
import { type ProjectionTarget } from "./projection-target.js";
import { type JobLog } from "../jobs/job-log.js";

/** What carries, fills and checks projections goes by. */
export interface ProjectionStores {
  tenants: Tenants;
  projections: readonly ProjectionTarget[];
  outbox: Outbox;
  operations: JobLog;
  /** Facts that come into force by themselves. */
  titleSchedule: {
    /** Tells the projections of what has come into force since it was written; answers how much that was. */
    takeEffect(tenant: Tenant): Promise<number>;
  };
}
