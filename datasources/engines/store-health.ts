import { type BreakerState, type StoreGuard } from "./store-guard.js";
import { type StoreName } from "../core/store-request.js";

/** What one store says of itself for `/readyz`. */
export interface StoreHealth {
  store: StoreName;
  mode: "EMBEDDED" | "SERVER";
  state: "UP" | "DOWN";
  /** Milliseconds; null when it did not answer. */
  latencyMs: number | null;
  version: string | null;
  /** Whether calls are let through: while it is open, the standby answers at once. */
  breaker: BreakerState;
  /** Calls under way, and calls that wait for a place. */
  inFlight: number;
  queued: number;
}

/** Asks a store how it is. Never fails. */
export async function healthOf(
  store: { guard: StoreGuard; ping(signal: AbortSignal): Promise<{ version: string }> },
  mode: StoreHealth["mode"],
): Promise<StoreHealth> {
  const started = performance.now();
  const asked = await store.guard
    .ask((signal) => store.ping(signal))
    .then(({ version }) => ({ state: "UP" as const, latencyMs: performance.now() - started, version }))
    .catch(() => ({ state: "DOWN" as const, latencyMs: null, version: null }));
  const { store: name, breaker, inFlight, queued } = store.guard.report();
  const latencyMs = asked.latencyMs === null ? null : Math.round(asked.latencyMs);
  return { store: name, mode, ...asked, latencyMs, breaker, inFlight, queued };
}
