import { setTimeout as sleep } from "node:timers/promises";

import { type ProjectionTarget } from "../targets/projection-target.js";
import { checkSections, faultsOf, type CheckOptions, type CheckReport } from "./check-sections.js";
import { type ProjectionStores } from "../targets/projection-stores.js";
import { type Tenant } from "../../core/tenant.js";

/** What a check found, and what a repair has left. */
export interface CheckOutcome {
  found: CheckReport;
  /** After the last round of mending; the same as `found` without a repair. */
  left: CheckReport;
}

/** Rounds of repairs: the first puts and removes what differs, those behind it rebuild where something is left. */
const ROUNDS = 3;
/** How long a check waits for a projector that makes no progress, and for one that does; how often it looks. Milliseconds. */
const IDLE_MS = 5_000;
const CATCH_UP_MS = 30_000;
const POLL_MS = 200;

/**
 * Compares a tenant's projection with its source; with `repair`, mends what differs and compares again until nothing
 * does. The last result is kept for operators.
 */
export async function checkProjection(
  stores: Pick<ProjectionStores, "outbox" | "operations">,
  target: ProjectionTarget,
  tenant: Tenant,
  options: CheckOptions = {},
): Promise<CheckOutcome> {
  await target.prepare();
  const outcome = await checkAndRepair(target, tenant, {
    caughtUp: () => waitForProjector(stores, target, tenant),
    ...options,
  });
  const { left } = outcome;
  await stores.operations.recordCheck(tenant, { target: target.name, ...left });
  return outcome;
}

/** What can be compared, and filled anew. */
export type Comparable = Pick<ProjectionTarget, "sections" | "status" | "rebuild"> &
  Partial<Pick<ProjectionTarget, "isReplaced">>;

/** The same without waiting for anybody, and without a record. */
export async function checkAndRepair(
  target: Comparable,
  tenant: Tenant,
  options: CheckOptions = {},
): Promise<CheckOutcome> {
  const given = { isReplaced: target.isReplaced?.bind(target), ...options };
  const found = await checkSections(target.sections, tenant, { ...given, repair: false });
  const quiet = { ...given, onDifference: undefined };
  let left = found;
  for (let round = 0; options.repair && round < ROUNDS && faultsOf(left) > 0; round += 1) {
    const { live } = await target.status(tenant);
    if (round > 0 || live === null) await target.rebuild(tenant);
    else await checkSections(target.sections, tenant, quiet);
    left = await checkSections(target.sections, tenant, { ...quiet, repair: false });
  }
  return { found, left };
}

/** Resolves when the target has passed what the tenant has written, or when that takes too long. */
async function waitForProjector(
  stores: Pick<ProjectionStores, "outbox">,
  target: ProjectionTarget,
  tenant: Tenant,
): Promise<void> {
  const until = performance.now() + CATCH_UP_MS;
  let left = Infinity;
  let movedAt = performance.now();
  while (performance.now() < Math.min(until, movedAt + IDLE_MS)) {
    const lag = (await stores.outbox.lag(tenant)).find((each) => each.target === target.name);
    const now = (lag?.lagEvents ?? 0) + (lag?.parked ?? 0);
    if (now === 0) return;
    if (now < left) movedAt = performance.now();
    left = Math.min(left, now);
    await sleep(POLL_MS);
  }
}
