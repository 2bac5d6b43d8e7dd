import { type BreakerState } from "./store-guard.js";
import { type StoreName } from "./store-request.js";

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
}
