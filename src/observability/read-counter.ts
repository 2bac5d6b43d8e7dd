import { Counter, type Registry } from "prom-client";

/** Adds a count that is kept elsewhere to a registry: read when the metrics are asked for. */
export function addReadCounter(registry: Registry, name: string, help: string, value: () => number): void {
  new Counter({
    name,
    help,
    registers: [registry],
    collect() {
      this.reset();
      this.inc(value());
    },
  });
}

/** The same for counts of several kinds. @param label what tells them apart. @param counts by kind. */
export function addReadCounters(
  registry: Registry,
  name: string,
  help: string,
  label: string,
  counts: () => Readonly<Record<string, number>>,
): void {
  new Counter({
    name,
    help,
    labelNames: [label],
    registers: [registry],
    collect() {
      this.reset();
      for (const [kind, count] of Object.entries(counts())) this.inc({ [label]: kind }, count);
    },
  });
}
