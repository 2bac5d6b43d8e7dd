// The figures of bench/engines.mjs as Markdown: a page of their own, and a section of docs/engines.md.
import { readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";

import prettier from "prettier";

const ENGINES = {
  POSTGRES: "PostgreSQL",
  MONGODB: "MongoDB",
  OPENSEARCH: "OpenSearch",
  NEO4J: "Neo4j",
};
const PAGE = join(import.meta.dirname, "results/engines.md");
const DOCS = join(import.meta.dirname, "../docs/engines.md");
const MARKS = ["<!-- bench:engines -->", "<!-- /bench:engines -->"];
const WIDTH = 110;

/** Prints the page; with `write`, stores it and replaces the section between the marks in docs/engines.md. */
export async function writeReport({ write, ...run }) {
  const tables = [callTable(run), fillingTable(run)].filter(Boolean).join("\n\n");
  const page = await formatted(`${head(run)}\n\n${tables}\n`);
  console.log(page);
  if (!write) return;
  writeFileSync(PAGE, page);
  const docs = readFileSync(DOCS, "utf8");
  const [start, end] = MARKS.map((mark) => docs.indexOf(mark));
  if (start < 0 || end < start) throw new Error(`docs/engines.md lacks ${MARKS.join(" … ")}`);
  const section = `${MARKS[0]}\n\n${tables}\n\n${MARKS[1]}`;
  writeFileSync(DOCS, await formatted(docs.slice(0, start) + section + docs.slice(end + MARKS[1].length)));
}

function formatted(markdown) {
  return prettier.format(markdown, { parser: "markdown", printWidth: WIDTH });
}

function head({ versions, rounds, sets }) {
  const named = Object.entries(ENGINES).map(([store, name]) => `${name} ${versions[store]}`);
  return `# What a batch call takes on each engine

Written by \`npm run bench:engines -- --write\`; the head of bench/engines.mjs says how to run it.

Every call through the product's own adapters, one at a time: on PostgreSQL, which answers where no engine is set, and on the engine of the domain; both sizes and both stores interleaved, ${rounds} rounds of ${sets} calls after one for warming up, each call with arguments of its own. p50 and p95 are medians over the rounds. Every call was one round trip of the store named (checked), and PostgreSQL and the engine answered the same number of rows (checked; searches may differ). Engines, client and PostgreSQL shared one machine with ${cpus().length} cores; Node ${process.versions.node}. ${named.join(", ")}.`;
}

function callTable({ sizes, figures }) {
  const [small, large] = sizes.map(({ titles }) => titles.toLocaleString("en"));
  const lines = figures.map(({ call, cells }) => {
    const [standby, engine] = [0, 1].map((at) => cells.filter((_, n) => n % 2 === at).map(percentiles));
    const same = Math.min(...cells.map(({ sameRows = 1 }) => sameRows));
    const growth = ([before, after]) => `${(after.p50 / before.p50).toFixed(1)}×`;
    const cellsOf = (times) => [...times.map(({ p50, p95 }) => `${ms(p50)} / ${ms(p95)}`), growth(times)];
    return [
      `\`${call.domain}.${call.method}\``,
      call.asks,
      ENGINES[cells[1].store],
      ...cellsOf(engine),
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

function fillingTable({ sizes }) {
  if (!sizes.every(({ filling }) => filling)) return "";
  const lines = sizes.flatMap(({ titles, filling }) =>
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

function table(heads, lines, texts) {
  const rule = heads.map((_, at) => (at < texts ? "---" : "---:"));
  return [heads, rule, ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** Medians over the rounds of each round's percentiles. Milliseconds. */
function percentiles({ rounds }) {
  const of = (part) => median(rounds.map((times) => quantile(times, part)));
  return { p50: of(0.5), p95: of(0.95) };
}

function quantile(values, part) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
}

function median(values) {
  return quantile(values, 0.5);
}

function ms(value) {
  return value < 10 ? value.toFixed(1) : value.toFixed(0);
}
