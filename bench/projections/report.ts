// The figures of bench/projections.ts as Markdown.
import { cpus } from "node:os";

import { type UsedCores } from "./busy.js";
import { type Sent } from "./load.js";
import { type SetAside } from "./poison.js";

const TARGET_MS = 1_000;

/** Percentiles of delays. Milliseconds; NaN where there is none. */
export interface Percentiles {
  p50: number;
  p95: number;
  p99: number;
  count: number;
}

/** A step: writes at a rate, and how soon they showed. */
export interface Step extends Sent {
  /** What it is called; by its rate unless given. */
  label: string | undefined;
  /** Writes a second that were asked for. */
  rate: number;
  perSecond: number;
  /** Until the acknowledgement. */
  ack: Percentiles;
  /** By store, from the acknowledgement until it showed. */
  seen: Record<string, Percentiles>;
  used: UsedCores;
  /** Until everything had been followed. Milliseconds. */
  drainedMs: number;
}

/** A deployment that was measured. */
export interface Part {
  name: string;
  steps: Step[];
  /** The same rate without and with poison; empty where it was not asked for. */
  poisoned: Step[];
  setAside: SetAside[];
}

/** The whole page. @param parts one a deployment @param run length of a step, and versions of the stores */
export function report(parts: readonly Part[], run: { seconds: number; versions: string }): string {
  const { seconds, versions } = run;
  return [
    "# How soon a write shows",
    "Written by `npm run bench:projections -- --write`; the head of bench/projections.ts says how to run it.",
    `A gateway with its projector as a process of its own; mutations over HTTP, ${seconds} s a step, at a rate that does not wait for answers: 70 % \`recordProgress\`, 15 % \`rateTitle\`, 15 % \`putTitle\` renaming a film. From the acknowledgement (the client has read the answer) until the engine's own read side shows the new name, or the edge of the watch; each engine is asked every 20 ms. Load generator, gateway and all engines share one machine with ${cpus().length} cores: "others" is what anything else took. Node ${process.versions.node}; ${versions}.`,
    ...parts.flatMap(partOf),
  ].join("\n\n");
}

function partOf({ name, steps, poisoned, setAside }: Part): string[] {
  return [
    `## ${name}`,
    verdict(steps),
    table(steps),
    coresTable(steps),
    ...(poisoned.length > 0 ? poisonPart(poisoned, setAside) : []),
  ];
}

function verdict(steps: readonly Step[]): string {
  const holding = steps.filter(holds);
  const best = holding.at(-1);
  return best
    ? `Highest step at which every store showed 99 % of the writes within 1 s, with nothing missed: **${best.rate} writes/s** (${best.perSecond.toFixed(0)}/s acknowledged).`
    : "At no step did every store show 99 % of the writes within 1 s.";
}

/** Whether a step did what was asked of it, in time. */
function holds({ missed, acknowledged, seen }: Step): boolean {
  return missed <= acknowledged / 100 && Object.values(seen).every(({ p99 }) => p99 <= TARGET_MS);
}

function table(steps: readonly Step[]): string {
  const stores = Object.keys(steps[0]?.seen ?? {});
  return lines([
    [
      "writes/s asked",
      "acknowledged/s",
      "not sent",
      "acknowledged after, p50 / p99",
      ...stores.map((store) => `${store}, p50 / p95 / p99 (n)`),
      "caught up after",
    ],
    ...steps.map(({ label, rate, perSecond, missed, ack, seen, drainedMs }) => [
      label ?? String(rate),
      perSecond.toFixed(0),
      String(missed),
      `${ms(ack.p50)} / ${ms(ack.p99)}`,
      ...stores.map((store) => delays(seen[store]!)),
      ms(drainedMs),
    ]),
  ]);
}

function delays({ p50, p95, p99, count }: Percentiles): string {
  return `${ms(p50)} / ${ms(p95)} / ${ms(p99)} (${count})`;
}

function coresTable(steps: readonly Step[]): string {
  const names = Object.keys(steps[0]?.used.cores ?? {});
  return [
    `Cores in use, of ${steps[0]?.used.of}, and what one acknowledged write took of them in all:`,
    lines([
      ["writes/s asked", ...names, "CPU a write"],
      ...steps.map(({ label, rate, used, took }) => [
        label ?? String(rate),
        ...names.map((name) => (used.cores[name] ?? 0).toFixed(2)),
        `${((used.ours * used.seconds * 1_000) / took.length).toFixed(1)} ms`,
      ]),
    ]),
  ].join("\n\n");
}

function poisonPart(steps: readonly Step[], setAside: readonly SetAside[]): string[] {
  return [
    "### With 1 % poison",
    "The same rate without and with 1 % more events that targets refuse: titles with a year that neither PostgreSQL nor OpenSearch can hold (MongoDB takes it), and watches at an instant that is none, for Neo4j. The delays are those of the good ones.",
    table(steps),
    coresTable(steps),
    `Set aside at the end: ${setAside.map(({ target, parked, dead }) => `${target} ${parked} (${dead} dead letters)`).join(", ") || "nothing"}.`,
  ];
}

function lines([heads = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(heads), line(heads.map(() => "---:")), ...rows.map(line)].join("\n");
}

/** Percentiles of delays. */
export function percentiles(values: readonly number[]): Percentiles {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? NaN;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), count: sorted.length };
}

function ms(value: number): string {
  return Number.isNaN(value)
    ? "–"
    : value < 10_000
      ? `${value.toFixed(0)} ms`
      : `${(value / 1_000).toFixed(1)} s`;
}
