import { Counter, type Registry } from "prom-client";

import { type Tenant } from "../../datasources/core/tenant.js";

/** Adds what is learned to a registry. Answers what is to be told that a model was not switched to. */
export function modelMetrics(registry: Registry): (tenant: Tenant) => void {
  const refused = new Counter({
    name: "marquee_models_refused_total",
    help: "Models that this process has learned and not switched to, because they were worse than the live one.",
    labelNames: ["tenant"],
    registers: [registry],
  });
  return ({ slug }) => refused.inc({ tenant: slug });
}
