import { collectDefaultMetrics, Counter, Histogram, Registry } from "prom-client";

import { type GuardReport } from "../../datasources/engines/store-guard.js";
import { type CallLog } from "../../datasources/core/store-request.js";
import { registerGuards } from "./guard-metrics.js";

/** What `/metrics` answers, and the ways to add to it. */
export interface Metrics {
  registry: Registry;
  /** Counts one answered GraphQL request. */
  observeRequest(tenant: string, seconds: number, codes: readonly string[], log: CallLog): void;
  /** Counts a request that was refused before it was anybody's. */
  observeRefusal(code: string): void;
  /** Counts one executed operation by how it was executed. */
  observeExecution(executor: "compiled" | "interpreted"): void;
}

const LATENCIES = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/**
 * Metrics in Prometheus's text format, in a registry of their own.
 *
 * @param guards what the stores' guards report; asked whenever the metrics are.
 */
export function createMetrics(guards: () => readonly GuardReport[]): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  registerGuards(registry, guards);
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
  const missed = new Counter({
    name: "marquee_store_missed_total",
    help: "Requests in which a store did not answer and its fallback did.",
    labelNames: ["store"],
    registers: [registry],
  });
  const executions = new Counter({
    name: "marquee_executions_total",
    help: "Executed operations: queries that were compiled, and what graphql-js has interpreted.",
    labelNames: ["executor"],
    registers: [registry],
  });
  return {
    registry,
    observeExecution: (executor) => executions.inc({ executor }),
    observeRefusal: (code) => errors.inc({ code }),
    observeRequest(tenant, seconds, codes, log) {
      requests.observe({ tenant }, seconds);
      for (const code of codes) errors.inc({ code });
      for (const store of log.missed) missed.inc({ store });
      for (const call of log.calls) storeCalls.observe({ store: call.store }, call.ms / 1000);
    },
  };
}
