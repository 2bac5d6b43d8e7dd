import { Gauge, Histogram, type Registry } from "prom-client";

import { type SharedCache } from "../caching/shared-cache.js";
import { addReadCounter, addReadCounters } from "./read-counter.js";

const LATENCIES = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25];

/** Adds what gateways keep for each other to a registry: read when the metrics are asked for. */
export function registerSharedCache(registry: Registry, { values, entries }: SharedCache): void {
  const registers = [registry];
  const nameOf = (what: string) => `marquee_shared_cache_${what}_total`;
  addReadCounter(
    registry,
    nameOf("hits"),
    "Keys that another gateway's answer was found of.",
    () => entries.figures.hits,
  );
  addReadCounter(
    registry,
    nameOf("misses"),
    "Keys that nothing was found of, or not in time.",
    () => entries.figures.misses,
  );
  const errors = () => {
    const { late, refused, lost } = values.figures;
    return { late, refused, lost, broken: entries.figures.broken };
  };
  const wrong =
    "Looks that were not answered in time, that the server refused or that were lost, and entries that are not what a gateway has kept.";
  addReadCounters(registry, nameOf("errors"), wrong, "reason", errors);
  addReadCounter(registry, nameOf("kept"), "Entries that the server has kept.", () => values.figures.sent);
  const lost = () => ({ outdated: entries.figures.outdated, unsent: values.figures.unsent });
  const dropped = "Entries that were outdated before they were sent, or not kept.";
  addReadCounters(registry, nameOf("dropped"), dropped, "reason", lost);
  new Gauge({
    name: "marquee_shared_cache_up",
    help: "Whether the server is asked: 1, or 0 while it is left alone.",
    registers,
    collect() {
      this.set(values.isUp ? 1 : 0);
    },
  });
  const duration = new Histogram({
    name: "marquee_shared_cache_look_duration_seconds",
    help: "Looks, each for all keys that were wanted at the same time.",
    buckets: LATENCIES,
    registers,
  });
  values.observe = (seconds) => duration.observe(seconds);
}
