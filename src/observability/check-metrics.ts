import { Gauge, type Registry } from "prom-client";

import { type Operations } from "../../datasources/operations/operations.js";
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
