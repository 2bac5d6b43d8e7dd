// Measures search on known items: for each query one title (or several of one name) is meant; how far up is it?
//
//   npm run build
//   node dist/bench/search.js --postgres URL [--titles N] [--queries N] [--failures] [--write]
//   node dist/bench/search.js --opensearch URL …
//
// URL is a database whose role may create roles and schemas, such as the embedded server's, or an OpenSearch, where
// indexes of this run's own are made and removed. --titles grows the catalogue of films to N titles by recombining
// words of their names, --failures lists queries that miss the top five, --write stores the report in bench/results.
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";

import { CallLog } from "../datasources/core/store-request.js";
import { type Tenant } from "../datasources/core/tenant.js";
import { type TitleDocument } from "../datasources/core/title.document.js";
import { OpenSearchStore } from "../datasources/engines/opensearch/store.opensearch.js";
import { OpenSearchTitleEngine } from "../datasources/search/opensearch/search-engine.opensearch.js";
import { OpenSearchSearch } from "../datasources/search/opensearch/search.opensearch.js";
import { type Search, type SearchProjection } from "../datasources/search/search.js";
import { openStores } from "../datasources/stores/stores.js";
import { ROOT } from "../scripts/environment.js";
import { AUDIENCE } from "./engine-calls.js";
import { suiteQueries } from "./search-classes.js";
import { typedQueries } from "./search-typed.js";
import { byClass, completedShare, misled, scoreAll, type Scored } from "./search-score.js";
import { generateQueries, grow, loadFilms, type KnownItem } from "./search-queries.js";
import { testAccountKeys } from "../scripts/test-keys.js";

/** What is measured. */
interface SearchEngine {
  heading: string;
  /** File of bench/results. */
  report: string;
  search: Search;
  projection: Pick<SearchProjection, "put">;
  tenant: Tenant;
  /** Resolves when what was put can be found as it is served. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

interface Score {
  /** 1 / rank; 0 where it is not among the first `CUT`. */
  reciprocal: number;
  five: boolean;
  empty: boolean;
}

const { values: args } = parseArgs({
  options: {
    postgres: { type: "string" },
    opensearch: { type: "string" },
    titles: { type: "string", default: "0" },
    queries: { type: "string", default: "3500" },
    failures: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
  },
});

const CUT = 10;
/** The one generation that is filled and searched. */
const GENERATION = 1;
const WANTS = { total: true, facets: true, highlights: true, didYouMean: true };

const engine = await open();
const { search, projection, tenant } = engine;
const lines: string[] = [];
const print = (line = ""): void => {
  console.log(line);
  lines.push(line);
};

try {
  const films = loadFilms();
  const titles = Number(args.titles) > films.length ? grow(films, Number(args.titles)) : films;
  print(`### ${titles.length.toLocaleString("en")} titles`);
  print();
  await index(titles);
  await engine.settle();
  const queries = generateQueries(films, Number(args.queries));
  await measureSearch(queries, titles);
  await measureSuggest(queries);
  if (titles === films) await measureSuite(films);
  if (args.write) {
    const file = path.join(ROOT, "bench/results", engine.report);
    writeFileSync(file, replaceSection(file, lines));
  }
} finally {
  await engine.close();
}

function open(): Promise<SearchEngine> {
  if (args.opensearch) return openOpenSearch(args.opensearch);
  if (args.postgres) return openPostgres(args.postgres);
  console.error(
    "Which engine? --postgres URL, with a role that may create roles and schemas, or --opensearch URL",
  );
  process.exit(2);
}

async function openPostgres(url: string): Promise<SearchEngine> {
  const stores = await openStores({
    accountKeys: testAccountKeys,
    postgresUrl: url,
    dataFolder: "",
    log: console.error,
  });
  const slug = `bench-${randomBytes(4).toString("hex")}`;
  const tenant = await stores.tenants.create({ slug, name: slug, tier: "SHARED", defaultCountry: "US" });
  return {
    heading: "Search on the embedded PostgreSQL",
    report: "search.md",
    search: stores.search,
    projection: stores.searchProjection,
    tenant,
    settle: () => stores.settle(tenant),
    close: () => stores.close(),
  };
}

async function openOpenSearch(url: string): Promise<SearchEngine> {
  const prefix = `bench-${randomBytes(4).toString("hex")}`;
  const store = new OpenSearchStore(url, {
    deadlineMs: 10_000,
    caFile: undefined,
    prefix,
    onLog: console.error,
  });
  const titles = new OpenSearchTitleEngine(store);
  const tenant: Tenant = {
    id: 1,
    slug: prefix,
    name: prefix,
    tier: "SHARED",
    state: "ACTIVE",
    schema: "",
    epoch: 1,
    servers: null,
    domains: [],
    defaultCountry: "US",
  };
  await titles.open(tenant, GENERATION);
  return {
    heading: "Search on OpenSearch",
    report: "search-opensearch.md",
    search: new OpenSearchSearch(store, { live: () => Promise.resolve(GENERATION) }),
    projection: { put: (of, batch) => titles.put(of, GENERATION, batch) },
    tenant,
    settle: () => titles.settle(tenant, GENERATION),
    close: async () => {
      await store.write({ method: "DELETE", path: `/${prefix}-*` });
      await store.close();
    },
  };
}

async function index(titles: readonly TitleDocument[]): Promise<void> {
  const started = performance.now();
  for (let at = 0; at < titles.length; at += 1_000)
    await projection.put(tenant, titles.slice(at, at + 1_000));
  const seconds = (performance.now() - started) / 1_000;
  print(`Indexed ${Math.round(titles.length / seconds).toLocaleString("en")} titles a second.`);
}

async function measureSearch(queries: readonly KnownItem[], titles: readonly TitleDocument[]): Promise<void> {
  const namesById = new Map(titles.map((title) => [title.id, title.name.toLowerCase()]));
  const kinds = new Map<string, Score[]>();
  const times: number[] = [];
  for (const query of queries) {
    const request = { tenant, calls: new CallLog() };
    const started = performance.now();
    const result = await search.search(request, AUDIENCE, {
      text: query.text,
      filter: {},
      limit: CUT,
      wants: WANTS,
    });
    times.push(performance.now() - started);
    const rank = result.hits.findIndex(
      (hit) => hit.titleId === query.id || namesById.get(hit.titleId) === query.name.toLowerCase(),
    );
    if (args.failures && (rank < 0 || rank >= 5)) {
      console.error(
        `${query.kind}\t${query.text}\t→ ${query.name}\t(${rank})\t${result.hits
          .slice(0, 3)
          .map((h) => namesById.get(h.titleId))
          .join(" | ")}`,
      );
    }
    const score = {
      reciprocal: rank < 0 ? 0 : 1 / (rank + 1),
      five: rank >= 0 && rank < 5,
      empty: result.hits.length === 0,
    };
    for (const kind of ["all", query.kind]) kinds.set(kind, [...(kinds.get(kind) ?? []), score]);
  }
  print();
  print("| queries | n | MRR@10 | success@5 | empty |");
  print("| --- | ---: | ---: | ---: | ---: |");
  for (const [kind, scores] of kinds) {
    const mean = (of: (score: Score) => number | boolean) =>
      scores.reduce((sum, score) => sum + Number(of(score)), 0) / scores.length;
    const figures = [mean((s) => s.reciprocal), mean((s) => s.five), mean((s) => s.empty)].map((value) =>
      value.toFixed(3),
    );
    print(`| ${kind} | ${scores.length} | ${figures.join(" | ")} |`);
  }
  print();
  print(`Search with total, facets, highlights and spelling: ${percentiles(times)}.`);
}

async function measureSuggest(queries: readonly KnownItem[]): Promise<void> {
  const times: number[] = [];
  for (const query of queries.slice(0, 1_000)) {
    const prefix = query.text.slice(0, 2 + (times.length % 9));
    const started = performance.now();
    await search.suggest({ tenant, calls: new CallLog() }, AUDIENCE, prefix, 8);
    times.push(performance.now() - started);
  }
  print(`Suggest: ${percentiles(times)}.`);
}

/** The suite of tests/search: by class, with what was proposed instead, and what is completed while one types. */
async function measureSuite(films: readonly TitleDocument[]): Promise<void> {
  const asked = { search, tenant, audience: AUDIENCE };
  const scored = await scoreAll(asked, [...suiteQueries(films), ...typedQueries(films)]);
  print();
  print("| suite | n | MRR@10 | success@1 | success@5 |");
  print("| --- | ---: | ---: | ---: | ---: |");
  for (const [kind, { count, reciprocal, first, five }] of byClass(scored)) {
    const figures = [reciprocal, first, five].map((value) => value.toFixed(3));
    print(`| ${kind} | ${count} | ${figures.join(" | ")} |`);
  }
  print();
  const proposed = scored.filter(({ didYouMean }) => didYouMean !== null).length;
  print(
    `Another spelling was proposed for ${proposed} of them; ${misled(scored).length} were worse off with it.`,
  );
  if (args.failures) for (const each of scored) if (each.rank !== 1) console.error(lineOf(each));
  if (args.failures) for (const each of misled(scored)) console.error(`misled\t${lineOf(each)}`);
  const shares = [];
  for (const letters of [1, 2, 3]) shares.push(await completedShare(asked, films, letters));
  const parts = shares.map((share) => `${(100 * share).toFixed(0)} %`).join(", ");
  print(
    `Of what is watched, after one, two and three letters of its name: ${parts} is among eight completions.`,
  );
}

function lineOf({ kind, text, rank, didYouMean, hits, meant }: Scored): string {
  return [kind, text, rank, [...meant].slice(0, 2).join(" "), hits.slice(0, 3).join(" "), didYouMean].join(
    "\t",
  );
}

function percentiles(times: readonly number[]): string {
  const sorted = times.slice(50).sort((a, b) => a - b);
  const at = (part: number) =>
    (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0).toFixed(1);
  return `p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, p99 ${at(0.99)} ms`;
}

/** The report with this size of catalogue replaced. */
function replaceSection(file: string, section: readonly string[]): string {
  const [heading] = section;
  const text = existsSync(file)
    ? readFileSync(file, "utf8")
    : `# ${engine.heading}\n\nWritten by \`node dist/bench/search.js --write\`; its head says how to run it.\n`;
  const [head = "", ...sections] = text.split(/^(?=### )/m);
  const kept = sections.filter((other) => !other.startsWith(`${heading}\n`)).map((other) => other.trim());
  return `${[head.trim(), ...kept, section.join("\n")].join("\n\n")}\n`;
}
