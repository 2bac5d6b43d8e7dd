import { setTimeout as sleep } from "node:timers/promises";

/** Time between two looks. Milliseconds. */
const LOOK_MS = 25;
/** A listener for operators that is silent for longer is of no use to them. Milliseconds. */
const SILENCE_MS = 15_000;
const STATES = ["CLOSED", "HALF_OPEN", "OPEN"] as const;

/** What a gateway's metrics say of the guard of a store. */
export interface GuardFigures {
  breaker: (typeof STATES)[number];
  /** Calls that were answered. */
  answered: number;
  failed: number;
  retries: number;
}

/** Reads them from the operators' listener. */
export async function readGuard(operationsUrl: string, store: string): Promise<GuardFigures> {
  const text = await fetch(`${operationsUrl}/metrics`, { signal: AbortSignal.timeout(SILENCE_MS) }).then(
    (response) => response.text(),
  );
  const sum = (name: string) =>
    [...text.matchAll(new RegExp(`^${name}\\{[^}]*store="${store}"[^}]*\\} ([\\d.]+)$`, "gm"))].reduce(
      (total, [, value]) => total + Number(value),
      0,
    );
  return {
    breaker: STATES[sum("marquee_store_breaker_state")] ?? "OPEN",
    answered: sum("marquee_store_call_duration_seconds_count"),
    failed: sum("marquee_store_failed_total"),
    retries: sum("marquee_store_retries_total"),
  };
}

/** The times at which a call failed first, and a breaker opened first and closed last; `performance.now()`, null for never. */
export interface BreakerTimes {
  failedAt: number | null;
  openedAt: number | null;
  closedAt: number | null;
}

/** Watches a breaker until it is told to stop. */
export function watchBreaker(operationsUrl: string, store: string): { stop(): Promise<BreakerTimes> } {
  const times: BreakerTimes = { failedAt: null, openedAt: null, closedAt: null };
  let watching = true;
  let failedBefore: number | undefined;
  let before: GuardFigures["breaker"] = "CLOSED";
  const watched = (async () => {
    for (; watching; await sleep(LOOK_MS)) {
      const { breaker, failed } = await readGuard(operationsUrl, store);
      const now = performance.now();
      if (failed > (failedBefore ??= failed)) times.failedAt ??= now;
      if (breaker !== "CLOSED") times.openedAt ??= now;
      if (breaker === "CLOSED" && before !== "CLOSED") times.closedAt = now;
      before = breaker;
    }
  })();
  return {
    stop: async () => {
      watching = false;
      await watched;
      return times;
    },
  };
}
