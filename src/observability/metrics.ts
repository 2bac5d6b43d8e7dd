import { collectDefaultMetrics, Counter, Histogram, Registry } from "prom-client";

import { type StoreCall } from "../../datasources/store-request.js";

/** What `/metrics` answers, and the ways to add to it. */
export interface Metrics {
  registry: Registry;
  /** Counts one answered GraphQL request. */
  observeRequest(
    tenant: string,
    seconds: number,
    codes: readonly string[],
    calls: readonly StoreCall[],
  ): void;
}

const LATENCIES = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** Metrics in Prometheus's text format, in a registry of their own. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: "marquee_request_duration_seconds",
    help: "GraphQL requests by tenant.",
    labelNames: ["tenant"],
    buckets: LATENCIES,
    registers: [registry],
  });
  const errors = new Counter({
    name: "marquee_errors_total",
    help: "GraphQL errors by code.",
    labelNames: ["code"],
    registers: [registry],
  });
  const storeCalls = new Histogram({
    name: "marquee_store_call_duration_seconds",
    help: "Round trips to stores.",
    labelNames: ["store"],
    buckets: LATENCIES,
    registers: [registry],
  });
  return {
    registry,
    observeRequest(tenant, seconds, codes, calls) {
      requests.observe({ tenant }, seconds);
      for (const code of codes) errors.inc({ code });
      for (const call of calls) storeCalls.observe({ store: call.store }, call.ms / 1000);
    },
  };
}
