// Measures search on known items: for each query one title (or several of one name) is meant; how far up is it?
//
//   node scripts/build.mjs
//   node bench/search.mjs --postgres URL [--titles N] [--queries N] [--failures] [--write]
//   node bench/search.mjs --opensearch URL …
//
// URL is a database whose role may create roles and schemas, such as the embedded server's, or an OpenSearch, where
// indexes of this run's own are made and removed. --titles grows the catalogue of films to N titles by recombining
// words of their names, --failures lists queries that miss the top five, --write stores the report in bench/results.
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { pathToFileURL } from "node:url";

import { generateQueries, grow, loadFilms } from "./search-queries.mjs";

/** The one generation that is filled and searched. */
const GENERATION = 1;
const { values: args } = parseArgs({
  options: {
    postgres: { type: "string" },
    opensearch: { type: "string" },
    dist: { type: "string", default: join(import.meta.dirname, "../dist") },
    titles: { type: "string", default: "0" },
    queries: { type: "string", default: "3500" },
    failures: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
  },
});
if (!args.postgres && !args.opensearch) {
  console.error(
    "Which engine? --postgres URL, with a role that may create roles and schemas, or --opensearch URL",
  );
  process.exit(2);
}
const load = (path) => import(pathToFileURL(join(args.dist, path)).href);
const { CallLog } = await load("datasources/core/store-request.js");

const CUT = 10;
const WANTS = { total: true, facets: true, highlights: true, didYouMean: true };
const audience = { country: "US", maturityLimit: 18, editor: false, now: new Date() };

const engine = args.opensearch ? await openOpenSearch(args.opensearch) : await openPostgres(args.postgres);
const { search, projection, tenant } = engine;
const lines = [];
const print = (line = "") => {
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
  if (args.write) {
    const file = join(import.meta.dirname, `results/${engine.report}`);
    writeFileSync(file, replaceSection(file, lines));
  }
} finally {
  await engine.close();
}

async function openPostgres(url) {
  const { openStores } = await load("datasources/stores/stores.js");
  const stores = await openStores({ postgresUrl: url, dataFolder: "", log: console.error });
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

async function openOpenSearch(url) {
  const [{ OpenSearchStore }, { OpenSearchSearch }, { OpenSearchTitleEngine }] = await Promise.all(
    ["engines/opensearch/store", "search/opensearch/search", "search/opensearch/search-engine"].map((path) =>
      load(`datasources/${path}.opensearch.js`),
    ),
  );
  const prefix = `bench-${randomBytes(4).toString("hex")}`;
  const store = new OpenSearchStore(url, { deadlineMs: 10_000, prefix, onLog: console.error });
  const engine = new OpenSearchTitleEngine(store);
  const tenant = { id: 1, slug: prefix, name: prefix, tier: "SHARED", schema: "", defaultCountry: "US" };
  await engine.open(tenant, GENERATION);
  return {
    heading: "Search on OpenSearch",
    report: "search-opensearch.md",
    search: new OpenSearchSearch(store, { live: () => Promise.resolve(GENERATION) }),
    projection: { put: (of, titles) => engine.put(of, GENERATION, titles) },
    tenant,
    settle: () => engine.settle(tenant, GENERATION),
    close: async () => {
      await store.write({ method: "DELETE", path: `/${prefix}-*` });
      await store.close();
    },
  };
}

async function index(titles) {
  const started = performance.now();
  for (let at = 0; at < titles.length; at += 1_000)
    await projection.put(tenant, titles.slice(at, at + 1_000));
  const seconds = (performance.now() - started) / 1_000;
  print(`Indexed ${Math.round(titles.length / seconds).toLocaleString("en")} titles a second.`);
}

async function measureSearch(queries, titles) {
  const namesById = new Map(titles.map((title) => [title.id, title.name.toLowerCase()]));
  const kinds = new Map();
  const times = [];
  for (const query of queries) {
    const request = { tenant, calls: new CallLog() };
    const started = performance.now();
    const result = await search.search(request, audience, {
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
    const mean = (of) => scores.reduce((sum, score) => sum + Number(of(score)), 0) / scores.length;
    const figures = [mean((s) => s.reciprocal), mean((s) => s.five), mean((s) => s.empty)].map((value) =>
      value.toFixed(3),
    );
    print(`| ${kind} | ${scores.length} | ${figures.join(" | ")} |`);
  }
  print();
  print(`Search with total, facets, highlights and spelling: ${percentiles(times)}.`);
}

async function measureSuggest(queries) {
  const times = [];
  for (const query of queries.slice(0, 1_000)) {
    const prefix = query.text.slice(0, 2 + (times.length % 9));
    const started = performance.now();
    await search.suggest({ tenant, calls: new CallLog() }, audience, prefix, 8);
    times.push(performance.now() - started);
  }
  print(`Suggest: ${percentiles(times)}.`);
}

function percentiles(times) {
  const sorted = times.slice(50).sort((a, b) => a - b);
  const at = (part) =>
    (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0).toFixed(1);
  return `p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, p99 ${at(0.99)} ms`;
}

/** The report with this size of catalogue replaced. */
function replaceSection(file, section) {
  const heading = section[0];
  const text = existsSync(file)
    ? readFileSync(file, "utf8")
    : `# ${engine.heading}\n\nWritten by \`node bench/search.mjs --write\`; its head says how to run it.\n`;
  const [head, ...sections] = text.split(/^(?=### )/m);
  const kept = sections.filter((other) => !other.startsWith(`${heading}\n`)).map((other) => other.trim());
  return `${[head.trim(), ...kept, section.join("\n")].join("\n\n")}\n`;
}
