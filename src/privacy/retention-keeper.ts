import { Cron } from "croner";

import { wordsOf } from "../../packages/told-errors/index.js";
import { type RetentionDays } from "../../datasources/retention/retention.js";
import { enforceNoted, enforceOnDeployment } from "../../datasources/stores/noted-retention.js";
import { type Stores } from "../../datasources/stores/stores.js";
import { eachTenant } from "../tenancy/each-tenant.js";

type RetentionStores = Pick<Stores, "tenants" | "retention" | "audit" | "deploymentAudit">;

/**
 * Has what is older than it may be taken away at the times that are set, for every tenant; a run that takes longer than
 * until the next is let finish.
 *
 * @param at in the form of cron, in UTC.
 * @param warn told, in one line, of what goes wrong: the other tenants' turn comes nonetheless.
 */
export function keepRetention(
  stores: RetentionStores,
  { days, at }: { days: RetentionDays; at: string },
  warn: (line: string) => void,
): { stop(): Promise<void> } {
  let running = Promise.resolve();
  const timer = new Cron(at, { timezone: "UTC", unref: true, protect: true }, () => {
    running = enforceAll(stores, days, warn);
    return running;
  });
  return {
    stop: () => {
      timer.stop();
      return running;
    },
  };
}

async function enforceAll(
  stores: RetentionStores,
  days: RetentionDays,
  warn: (line: string) => void,
): Promise<void> {
  try {
    await eachTenant(
      await stores.tenants.list(),
      async (tenant) => void (await enforceNoted(stores, tenant, days, "job")),
      ({ slug }, error) => warn(`What is too old could not be taken away for ${slug}: ${wordsOf(error)}`),
    );
    await enforceOnDeployment(stores, days);
  } catch (error) {
    warn(`What is too old could not be taken away: ${wordsOf(error)}`);
  }
}
