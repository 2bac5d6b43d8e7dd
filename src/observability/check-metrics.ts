import { Counter, Gauge, type Registry } from "prom-client";

import { type Operations } from "../../datasources/operations/operations.js";
import { type ChartCheck } from "../../datasources/top10/top10.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { FAULTS } from "../../datasources/projection/check/section.js";
import { storeFigures } from "./store-figures.js";

/** Adds what the last checks of the projections found to a registry, all tenants together. */
export function addCheckMetrics(registry: Registry, operations: Pick<Operations, "checkFigures">): void {
  const registers = [registry];
  const figures = storeFigures(() => operations.checkFigures());
  new Gauge({
    name: "marquee_projection_check_faults",
    help: "Entries that differed from their source at the last check.",
    labelNames: ["target", "fault"],
    registers,
    async collect() {
      this.reset();
      for (const check of await figures()) {
        for (const fault of FAULTS) this.set({ target: check.target, fault }, check[fault]);
      }
    },
  });
  new Gauge({
    name: "marquee_projection_check_age_seconds",
    help: "Age of the last check of a target; the oldest of its tenants.",
    labelNames: ["target"],
    registers,
    async collect() {
      this.reset();
      for (const { target, ageSeconds } of await figures()) this.set({ target }, ageSeconds);
    },
  });
}

/** Adds to a registry how often checks of charts have not passed, as this process has run them; answers how it is told. */
export function countFailedChecks(registry: Registry) {
  const failures = new Counter({
    name: "marquee_chart_checks_failed_total",
    help: "Checks of the Top 10 of a country's day that have not passed, each time that they were made.",
    labelNames: ["tenant", "check"],
    registers: [registry],
  });
  return ({ slug }: Tenant, failed: readonly ChartCheck[]): void => {
    for (const { check } of failed) failures.inc({ tenant: slug, check });
  };
}
