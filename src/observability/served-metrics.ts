import { type Registry } from "prom-client";

import { type ServedFigures } from "../../datasources/served-lists/served-lists.js";
import { addReadCounter } from "./read-counter.js";

const COUNTED: Record<keyof ServedFigures, string> = {
  kept: "Lists of recommendations that were served and noted.",
  lost: "Those that could not be noted: too many waited, or PostgreSQL did not take them.",
};

/** Adds what becomes of served lists to a registry: read when the metrics are asked for. */
export function registerServed(registry: Registry, figures: ServedFigures): void {
  for (const [name, help] of Object.entries(COUNTED))
    addReadCounter(
      registry,
      `marquee_served_lists_${name}_total`,
      help,
      () => figures[name as keyof ServedFigures],
    );
}
