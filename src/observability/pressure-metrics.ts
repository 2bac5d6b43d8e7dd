import { Gauge, type Registry } from "prom-client";

import { type Admission, type AdmissionReport, type MemoryWatch } from "../../packages/pressure/index.js";
import { addReadCounters } from "./read-counter.js";

/** Adds what keeps requests out to a registry: read when the metrics are asked for. */
export function registerPressure(registry: Registry, admission: Admission, memory: MemoryWatch): void {
  const registers = [registry];
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      name: `marquee_${name}`,
      help,
      registers,
      collect() {
        this.set(value());
      },
    });
  const admitted = (name: string, help: string, valueOf: (report: AdmissionReport) => number) =>
    gauge(`admission_${name}`, help, () => valueOf(admission.report()));
  admitted("limit", "GraphQL requests that may be worked on at once.", ({ limit }) => limit);
  admitted("in_flight", "GraphQL requests under way.", ({ inside }) => inside);
  admitted("aside", "Of those, the ones that wait for what is no work of the gateway.", ({ long }) => long);
  admitted("queued", "GraphQL requests that wait for their turn.", ({ waiting }) => waiting);
  gauge(
    "memory_used_ratio",
    "Memory in use as a share of what may be: from 1 on requests are let in one by one.",
    () => memory.used,
  );
  const refused = "GraphQL requests that were refused unread, by what there was too much of.";
  addReadCounters(registry, "marquee_admission_refused_total", refused, "reason", () => ({
    ...admission.report().refused,
  }));
}
