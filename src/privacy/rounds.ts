import { setTimeout as sleep } from "node:timers/promises";

import { Cron } from "croner";

import { wordsOf } from "../../packages/told-errors/index.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { type RetentionDays } from "../../datasources/retention/retention.js";
import { enforceNoted } from "../../datasources/stores/noted-retention.js";
import { type Stores } from "../../datasources/stores/stores.js";

/** How a round is spread. Milliseconds. */
export interface RoundTimes {
  /** A round begins at some time within so long, so that gateways do not go round together. */
  spreadMs: number;
  /** Time until the next are opened: what is overdue on these, mails, erasures and checkouts, gets on meanwhile. */
  stayMs: number;
}

/** Which share of that is waited at least: a gateway that has just begun has other things to open. */
const AT_LEAST = 0.1;

const TIMES: RoundTimes = { spreadMs: 600_000, stayMs: 15_000 };

/**
 * Looks after dedicated tenants that nobody asks: their servers are looked after while they are open, and are opened when
 * somebody asks. At the times that are set, and once some time after the start, for what was missed, each has its servers
 * opened, one after the other, and there is taken away what is older than it may be.
 *
 * @param at in the form of cron, in UTC.
 * @param warn told, in one line, of what goes wrong: the other tenants' turn comes nonetheless.
 */
export function keepRounds(
  stores: Pick<Stores, "tenants" | "use">,
  { days, at }: { days: RetentionDays; at: string },
  warn: (line: string) => void,
  { spreadMs, stayMs }: RoundTimes = TIMES,
): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const pause = (ms: number) =>
    sleep(ms, undefined, { ref: false, signal: stopping.signal }).catch(() => undefined);
  const visit = async (tenant: Tenant) => {
    await stores.use(tenant, (own) => enforceNoted(own, tenant, days, "job"));
    // They stay open behind it, unless somebody needs their place.
    await pause(stayMs);
  };
  const round = async () => {
    await pause(spreadMs * (AT_LEAST + Math.random() * (1 - AT_LEAST)));
    for (const tenant of await stores.tenants.list()) {
      if (stopping.signal.aborted) return;
      if (!tenant.servers || tenant.state === "DELETING") continue;
      await visit(tenant).catch((error: unknown) => {
        warn(`${tenant.slug}, that nobody asks, could not be looked after: ${wordsOf(error)}`);
      });
    }
  };
  let running: Promise<void> | undefined;
  const begin = () => {
    running ??= round()
      .catch((error: unknown) => warn(`Tenants that nobody asks were not looked after: ${wordsOf(error)}`))
      .finally(() => (running = undefined));
  };
  const timer = new Cron(at, { timezone: "UTC", unref: true }, begin);
  begin();
  return {
    stop: async () => {
      timer.stop();
      stopping.abort();
      await running;
    },
  };
}
