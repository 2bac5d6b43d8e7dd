import { Counter, Gauge, type Registry } from "prom-client";

import { type BreakerState, type GuardReport } from "../../datasources/engines/store-guard.js";

const STATES: Record<BreakerState, number> = { CLOSED: 0, HALF_OPEN: 1, OPEN: 2 };

/** Adds what the stores' guards report to a registry: read when the metrics are asked for, so that calls pay nothing. */
export function registerGuards(registry: Registry, guards: () => readonly GuardReport[]): void {
  const registers = [registry];
  const gauge = (name: string, help: string, valueOf: (report: GuardReport) => number) =>
    new Gauge({
      name: `marquee_store_${name}`,
      help,
      labelNames: ["store"],
      registers,
      collect() {
        for (const report of guards()) this.set({ store: report.store }, valueOf(report));
      },
    });
  const counter = (name: string, help: string, countsOf: (report: GuardReport) => Record<string, number>) =>
    new Counter({
      name: `marquee_store_${name}_total`,
      help,
      labelNames: ["store", "reason"],
      registers,
      collect() {
        this.reset();
        for (const report of guards())
          for (const [reason, count] of Object.entries(countsOf(report)))
            this.inc({ store: report.store, reason }, count);
      },
    });
  gauge("breaker_state", "0 closed, 1 half-open, 2 open.", ({ breaker }) => STATES[breaker]);
  gauge("open_shares", "Tenants that are kept from a store.", ({ openShares }) => openShares);
  gauge("in_flight", "Calls under way.", ({ inFlight }) => inFlight);
  gauge("queued", "Calls that wait for a place.", ({ queued }) => queued);
  counter(
    "rejected",
    "Calls that a store was not asked, by what kept them back.",
    ({ rejected }) => rejected,
  );
  counter("failed", "Calls that a store did not answer, by how.", ({ failed }) => failed);
  new Counter({
    name: "marquee_store_retries_total",
    help: "Reads that were tried again.",
    labelNames: ["store"],
    registers,
    collect() {
      this.reset();
      for (const { store, retries } of guards()) this.inc({ store }, retries);
    },
  });
}
