import { Counter, Gauge, type Registry } from "prom-client";

/** Counts what becomes of connections. */
export interface ConnectionFigures {
  /** One more was refused, as there are too many. */
  refused(): void;
  /** One more was cut off, as its answer was not read. */
  cut(): void;
}

/**
 * Adds the connections of clients to a registry.
 *
 * @param open how many there are; asked whenever the metrics are.
 */
export function addConnectionMetrics(registry: Registry, open: () => number): ConnectionFigures {
  const registers = [registry];
  new Gauge({
    name: "marquee_connections",
    help: "Connections of clients that are open.",
    registers,
    collect() {
      this.set(open());
    },
  });
  const ended = new Counter({
    name: "marquee_connections_ended_total",
    help: "Connections that were refused because there were too many, or cut off because an answer was not read.",
    labelNames: ["reason"],
    registers,
  });
  return { refused: () => ended.inc({ reason: "refused" }), cut: () => ended.inc({ reason: "unread" }) };
}
