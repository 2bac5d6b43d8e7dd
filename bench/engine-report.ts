// The figures of bench/engines.ts as Markdown: a page of their own, and a section of docs/engines.md.
import { readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import path from "node:path";

import prettier from "prettier";

import { ROOT } from "../scripts/environment.js";
import { type StoreName } from "../datasources/core/store-request.js";
import { type Call } from "./engine-calls.js";
import { type Filling } from "./engine-filling.js";

/** What was measured of a call on one store with one size of catalogue. */
export interface MeasuredCell {
  store: StoreName;
  /** Of each round, the time of each call. Milliseconds. */
  rounds: number[][];
  /** Share of calls to which PostgreSQL and the engine answered as many rows. */
  sameRows: number;
}

/** A call, with its cells: of each size PostgreSQL's and the engine's. */
export interface Figure {
  call: Call;
  cells: MeasuredCell[];
}

/** A run that is over. */
export interface EnginesRun {
  sizes: readonly { titles: number; filling?: Filling[] }[];
  figures: readonly Figure[];
  /** Version of each store. */
  versions: Partial<Record<StoreName, string>>;
  rounds: number;
  sets: number;
}

const ENGINES: Record<StoreName, string> = {
  POSTGRES: "PostgreSQL",
  MONGODB: "MongoDB",
  OPENSEARCH: "OpenSearch",
  NEO4J: "Neo4j",
};
const PAGE = path.join(ROOT, "bench/results/engines.md");
const DOCS = path.join(ROOT, "docs/engines.md");
const START = "<!-- bench:engines -->";
const END = "<!-- /bench:engines -->";
const WIDTH = 110;
const STORES: StoreName[] = ["POSTGRES", "MONGODB", "OPENSEARCH", "NEO4J"];

/** Prints the page; with `write`, stores it and replaces the section between the marks in docs/engines.md. */
export async function writeReport(run: EnginesRun, write: boolean): Promise<void> {
  const tables = [callTable(run), fillingTable(run)].filter(Boolean).join("\n\n");
  const page = await formatted(`${head(run)}\n\n${tables}\n`);
  console.log(page);
  if (!write) return;
  writeFileSync(PAGE, page);
  const docs = readFileSync(DOCS, "utf8");
  const [start, end] = [docs.indexOf(START), docs.indexOf(END)];
  if (start < 0 || end < start) throw new Error(`docs/engines.md lacks ${START} … ${END}`);
  const section = `${START}\n\n${tables}\n\n${END}`;
  writeFileSync(DOCS, await formatted(docs.slice(0, start) + section + docs.slice(end + END.length)));
}

function formatted(markdown: string): Promise<string> {
  return prettier.format(markdown, { parser: "markdown", printWidth: WIDTH });
}

function head({ versions, rounds, sets }: EnginesRun): string {
  const named = STORES.map((store) => `${ENGINES[store]} ${versions[store]}`);
  return `# What a batch call takes on each engine

Written by \`npm run bench:engines -- --write\`; the head of bench/engines.ts says how to run it.

Every call through the product's own adapters, one at a time: on PostgreSQL, which answers where no engine is set, and on the engine of the domain; both sizes and both stores interleaved, ${rounds} rounds of ${sets} calls after one for warming up, each call with arguments of its own. p50 and p95 are medians over the rounds. Every call was one round trip of the store named (checked), and PostgreSQL and the engine answered the same number of rows (checked; searches may differ). Engines, client and PostgreSQL shared one machine with ${cpus().length} cores; Node ${process.versions.node}. ${named.join(", ")}.`;
}

function callTable({ sizes, figures }: EnginesRun): string {
  const [small, large] = sizes.map(({ titles }) => titles.toLocaleString("en"));
  const lines = figures.map(({ call, cells }) => {
    const standby = cells.filter(({ store }) => store === "POSTGRES").map(percentiles);
    const engine = cells.filter(({ store }) => store !== "POSTGRES");
    const same = Math.min(...cells.map(({ sameRows }) => sameRows));
    return [
      `\`${call.domain}.${call.method}\``,
      call.asks,
      engine[0] ? ENGINES[engine[0].store] : "",
      ...cellsOf(engine.map(percentiles)),
      ...cellsOf(standby),
      `${Math.round(same * 100)} %`,
    ];
  });
  const heads = [
    "call",
    "asks for",
    "engine",
    `engine, ${small} titles`,
    `engine, ${large}`,
    "growth",
    `PostgreSQL, ${small}`,
    `PostgreSQL, ${large}`,
    "growth",
    "same rows",
  ];
  const note = "Milliseconds a call, p50 / p95; growth is that of the p50.";
  return `${note}\n\n${table(heads, lines, 3)}`;
}

/** The times of the sizes, and how much longer the last takes than the first. */
function cellsOf(times: readonly Percentiles[]): string[] {
  const growth = (times.at(-1)?.p50 ?? NaN) / (times[0]?.p50 ?? NaN);
  return [...times.map(({ p50, p95 }) => `${ms(p50)} / ${ms(p95)}`), `${growth.toFixed(1)}×`];
}

function fillingTable({ sizes }: EnginesRun): string {
  if (!sizes.every(({ filling }) => filling)) return "";
  const lines = sizes.flatMap(({ titles, filling = [] }) =>
    filling.map(({ store, entries, seconds, peakMb }) => [
      ENGINES[store],
      titles.toLocaleString("en"),
      `${entries.toLocaleString("en")} ${store === "NEO4J" ? "edges and watches" : "titles"}`,
      `${seconds.toFixed(1)} s`,
      `${Math.round(entries / seconds).toLocaleString("en")} a second`,
      `${peakMb} MB`,
    ]),
  );
  const note =
    "Filling by `marquee projections rebuild`, from reading the facts to the switch; memory is the most that the command's process had.";
  return `${note}\n\n${table(["engine", "titles", "filled with", "time", "rate", "memory"], lines, 1)}`;
}

function table(heads: readonly string[], lines: readonly (readonly string[])[], texts: number): string {
  const rule = heads.map((_, at) => (at < texts ? "---" : "---:"));
  return [heads, rule, ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

interface Percentiles {
  p50: number;
  p95: number;
}

/** Medians over the rounds of each round's percentiles. Milliseconds. */
function percentiles({ rounds }: MeasuredCell): Percentiles {
  const of = (part: number) => median(rounds.map((times) => quantile(times, part)));
  return { p50: of(0.5), p95: of(0.95) };
}

/** NaN of none. */
function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;
}

function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

function ms(value: number): string {
  return value < 10 ? value.toFixed(1) : value.toFixed(0);
}
