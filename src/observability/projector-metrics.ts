import { Counter, Gauge, Histogram, type Registry } from "prom-client";

import { type Outbox, type TargetLag } from "../../datasources/projection/outbox/outbox.js";
import { type ProjectorObserver } from "../../datasources/projection/following/target-loop.js";
import { storeFigures } from "./store-figures.js";

const BATCH_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** Metrics of the projections in a registry: how far each is behind, and what this process's projector does. */
export function createProjectorMetrics(registry: Registry, outbox: Pick<Outbox, "lag">): ProjectorObserver {
  const registers = [registry];
  lagGauges(registers, outbox);
  const labelNames = ["target"] as const;
  const events = new Counter({
    name: "marquee_projection_events_total",
    help: "Events that this process has applied.",
    labelNames,
    registers,
  });
  const batches = new Histogram({
    name: "marquee_projection_batch_duration_seconds",
    help: "Batches of events that this process has applied.",
    labelNames,
    buckets: BATCH_SECONDS,
    registers,
  });
  const refused = new Counter({
    name: "marquee_projection_refused_events_total",
    help: "Events that a target refused and that were parked.",
    labelNames,
    registers,
  });
  const failures = new Counter({
    name: "marquee_projection_failures_total",
    help: "Times that a target could not be written to and was tried again.",
    labelNames,
    registers,
  });
  return {
    applied: (target, count, seconds) => {
      events.inc({ target }, count);
      batches.observe({ target }, seconds);
    },
    refused: (target, count) => refused.inc({ target }, count),
    failed: (target) => failures.inc({ target }),
  };
}

function lagGauges(registers: Registry[], outbox: Pick<Outbox, "lag">): void {
  const lags = storeFigures(() => outbox.lag());
  const gauge = (name: string, help: string, valueOf: (lag: TargetLag) => number) =>
    new Gauge({
      name,
      help,
      labelNames: ["target"],
      registers,
      async collect() {
        this.reset();
        for (const lag of await lags()) this.set({ target: lag.target }, valueOf(lag));
      },
    });
  gauge("marquee_projection_lag_events", "Events that a target has not passed.", (lag) => lag.lagEvents);
  gauge(
    "marquee_projection_lag_seconds",
    "Age of the oldest event that a target has not passed.",
    (lag) => lag.lagSeconds,
  );
  gauge(
    "marquee_projection_parked_events",
    "Events that a target refused, to be tried again.",
    (lag) => lag.parked,
  );
  gauge(
    "marquee_projection_dead_letters",
    "Events that a target refused too often.",
    (lag) => lag.deadLetters,
  );
}
