// Measures the learned similarities on a data set in MovieLens format, ranked as the recommendation query ranks.
//
//   npm run build
//   node dist/bench/recommendations.js --data DIR [--tune] [--timings] [--write] [--diversity]
//
// DIR holds ratings.csv (userId,movieId,rating,timestamp) and movies.csv (movieId,title,genres). --diversity measures what
// variety costs and nothing else, --tune compares settings on a validation split,
// --timings measures learning time by catalogue size and needs no data, --write stores the report in bench/results.
import { writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";

import { format } from "prettier";

import { learnSimilarities, type Interactions, type LearnOptions } from "../packages/similarity/index.js";
import { ROOT } from "../scripts/environment.js";
import { withFollowing } from "../src/jobs/learn-edges.js";
import { createRandom } from "../scripts/random.js";
import {
  inOrder,
  interactions,
  readGenres,
  readRatings,
  shuffle,
  split,
  splitLast,
  viewers,
  type Split,
} from "./recommendations/data.js";
import { INTRODUCTION, SHRINK } from "./recommendations/introduction.js";
import {
  asServed,
  coWatches,
  edgesFrom,
  evaluate,
  evaluateVaried,
  latest,
  notFollowing,
  outgoing,
  rated,
  type Choice,
  type EdgeColumns,
} from "./recommendations/ranking.js";

const { values: args } = parseArgs({
  options: {
    data: { type: "string" },
    tune: { type: "boolean", default: false },
    timings: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
    diversity: { type: "boolean", default: false },
  },
});
if (!args.data && !args.timings) {
  console.error("Which data? --data DIR, a folder with MovieLens' ratings.csv; --timings needs none");
  process.exit(2);
}

const SEED = 20240229;
/** From which of a profile's watches a recommendation starts. */
const CHOICES: [string, Choice][] = [
  ["all seeds", latest(Infinity)],
  ["last 200", latest(200)],
  ["last 50", latest(50)],
  ["served", asServed],
];
/** Titles with at least so many ratings, held back by each of these seeds. */
const MIN_RATINGS = 5;
const SPLITS = [42, 43, 44];
/** Seeds of orders of what was watched in one second. */
const ORDERS = [1, 2, 3, 4, 5];

/** Edges as they are served: with what is watched soon after their starts. */
async function learned(input: Interactions, options: LearnOptions = {}): Promise<EdgeColumns> {
  const { edges, following } = await learnSimilarities(input, options);
  return withFollowing(edges, following, input.items.length);
}

/** Every model to compare, as name and edges. */
async function models(input: Interactions): Promise<[string, EdgeColumns][]> {
  const count = viewers(input);
  const rows = coWatches(input);
  const learn = (options: LearnOptions) => learned(input, options);
  const cosine = (from: number, to: number, shared: number) =>
    shared / (Math.sqrt(count[from]! * count[to]!) + SHRINK);
  return [
    ["popularity", { from: [], to: [], weight: [] }],
    ["co-watch path count, all edges", edgesFrom(rows, (_from, _to, shared) => shared, Infinity)],
    ["shrunk cosine, 100 edges", edgesFrom(rows, cosine, 100)],
    ["RP3β, 100 edges", await learn({ model: "RP3BETA" })],
    ["EASE, 50 edges", await learn({ model: "EASE", maxEdges: 50 })],
    ["EASE, 100 edges (served)", await learn({ model: "EASE" })],
    ["EASE, 200 edges", await learn({ model: "EASE", maxEdges: 200 })],
  ];
}

const figure = (value: number) => value.toFixed(4);
const row = (cells: readonly (string | number)[]) => say(`| ${cells.join(" | ")} |`);
const table = (titles: readonly string[]) => {
  row(titles);
  row(titles.map(() => "---"));
};
const wording = (minRating: number) => (minRating > 0 ? `ratings of ${minRating} and more` : "every rating");

async function quality(data: string, minRating: number): Promise<void> {
  const { items, profiles } = readRatings(data, minRating);
  const parts = split(profiles, SEED);
  const input = interactions(items, parts);
  const popularity = viewers(input);
  const watches = profiles.reduce((sum, profile) => sum + profile.length, 0);
  say(`\n## A watch is: ${wording(minRating)}\n`);
  say(`${profiles.length} profiles, ${items.length} titles, ${watches} watches.\n`);
  const columns = ["NDCG@10", "Recall@10", "edges walked p95"].flatMap((what) =>
    CHOICES.map(([name]) => `${what}, ${name}`),
  );
  table(["model", ...columns]);
  for (const [name, edges] of await models(input)) {
    const graph = outgoing(edges, items.length);
    const results = CHOICES.map(([, choice]) => evaluate(parts, graph, popularity, choice));
    const cells = [results.map((r) => figure(r.ndcg)), results.map((r) => figure(r.recall))];
    row([name, ...cells.flat(), ...results.map((r) => r.walked.toLocaleString("en"))]);
  }
}

/** What is served, on titles that some have rated: held back at random, and what each profile watched last. */
async function served(data: string): Promise<void> {
  const { items, profiles } = readRatings(data, 0, MIN_RATINGS);
  const choices: [string, Choice][] = [
    ...CHOICES.slice(0, -1),
    ["served without what follows", notFollowing],
    ...CHOICES.slice(-1),
  ];
  say(`\n## Titles with at least ${MIN_RATINGS} ratings, every rating a watch\n`);
  say(
    `${profiles.length} profiles, ${items.length} titles. HR@10 is of the last watch of each profile: the mean of ${ORDERS.length} orders, each of which draws what came first of one second.\n`,
  );
  table(["split", ...choices.map(([name]) => name), "edges walked p95, served"]);
  const evaluated = async (parts: readonly Split[]) => {
    const input = interactions(items, parts);
    const graph = outgoing(await learned(input), items.length);
    return choices.map(([, choice]) => evaluate(parts, graph, viewers(input), choice));
  };
  for (const seed of SPLITS) {
    const results = await evaluated(split(profiles, seed));
    const walked = results.at(-1)!.walked.toLocaleString("en");
    row([`NDCG@10, seed ${seed}`, ...results.map(({ ndcg }) => figure(ndcg)), walked]);
  }
  const orders: Awaited<ReturnType<typeof evaluated>>[] = [];
  for (const seed of ORDERS) orders.push(await evaluated(splitLast(inOrder(profiles, seed))));
  const hits = choices.map(
    (_, n) => orders.reduce((sum, results) => sum + results[n]!.hit, 0) / orders.length,
  );
  const walked = Math.max(...orders.map((results) => results.at(-1)!.walked)).toLocaleString("en");
  row(["HR@10, last one out", ...hits.map(figure), walked]);
}

/** What ratings of 2 and of 1 count, to choose among. */
const DISLIKES: readonly (readonly [number, number])[] = [
  [0, 0],
  [-0.1, -0.2],
  [-0.25, -0.5],
  [-0.5, -0.5],
  [-0.5, -1],
  [-1, -1],
  [-1, -2],
];

/**
 * Which of what was held back comes among the first ten, by what ratings of 1 and 2 count: anything, what was liked, and
 * what was not. Means of the splits.
 */
async function disliked(data: string): Promise<void> {
  const { items, profiles } = readRatings(data, 0, MIN_RATINGS);
  const among = (least: number, most: number) => (parts: readonly Split[]) =>
    parts.map(({ train, test }) => ({
      train,
      test: test.filter(({ rating }) => rating >= least && rating <= most),
    }));
  const targets = [among(1, 5), among(4, 5), among(1, 2)];
  const sums = DISLIKES.map(() => [0, 0, 0, 0]);
  for (const seed of SPLITS) {
    const parts = split(profiles, seed);
    const input = interactions(items, parts);
    const graph = outgoing(await learned(input), items.length);
    const popularity = viewers(input);
    DISLIKES.forEach(([two, one], n) => {
      const found = targets.map((target) => evaluate(target(parts), graph, popularity, rated(two, one)));
      const figures = [found[0]!.ndcg, found[1]!.ndcg, found[1]!.recall, found[2]!.recall];
      figures.forEach((value, at) => (sums[n]![at]! += value / SPLITS.length));
    });
  }
  say(`\n## What a rating of 1 or 2 counts against what is like the title\n`);
  table([
    "2 counts",
    "1 counts",
    "NDCG@10",
    "NDCG@10 of 4 and 5",
    "Recall@10 of 4 and 5",
    "Recall@10 of 1 and 2",
  ]);
  DISLIKES.forEach(([two, one], n) => row([two, one, ...sums[n]!.map(figure)]));
}

/** How strongly lists are varied, to choose among. */
const STRENGTHS = [0, 0.02, 0.05, 0.08, 0.1, 0.15, 0.2, 0.3, 0.5];

/** What variety costs of what is served, and what it gives. Means of the splits. */
async function diversified(data: string): Promise<void> {
  const { items, profiles } = readRatings(data, 0, MIN_RATINGS);
  const genres = readGenres(data, items);
  const sums = STRENGTHS.map(() => ({ ndcg: 0, diversity: 0 }));
  for (const seed of SPLITS) {
    const parts = split(profiles, seed);
    const input = interactions(items, parts);
    const graph = outgoing(await learned(input), items.length);
    const found = evaluateVaried(parts, graph, viewers(input), genres, STRENGTHS);
    found.forEach(({ ndcg, diversity }, n) => {
      sums[n]!.ndcg += ndcg / SPLITS.length;
      sums[n]!.diversity += diversity / SPLITS.length;
    });
  }
  say(`\n## What variety costs (maximal marginal relevance by genres, of what is served)\n`);
  table(["strength", "NDCG@10", "diversity of the first ten"]);
  STRENGTHS.forEach((strength, n) => row([strength, figure(sums[n]!.ndcg), figure(sums[n]!.diversity)]));
}

/** Compares settings on a split of the training half, so that the figures above stay untouched by the choice. */
async function tune(data: string, minRating: number): Promise<void> {
  const { items, profiles } = readRatings(data, minRating);
  const training = split(profiles, SEED).map(({ train }) => train);
  const settings: [LearnOptions, string][] = [[{ model: "EASE" }, "EASE, default λ"]];
  for (const lambda of [25, 50, 100, 200, 400, 800])
    settings.push([{ model: "EASE", lambda }, `EASE, λ ${lambda}`]);
  for (const alpha of [0.3, 0.5, 0.7, 1]) {
    for (const beta of [0.1, 0.3, 0.5])
      settings.push([{ model: "RP3BETA", alpha, beta }, `RP3β, α ${alpha}, β ${beta}`]);
  }
  const samples = [0.25, 0.5, 1].map((share) => {
    const some = shuffle([...training], createRandom(SEED + 1)).slice(0, Math.round(training.length * share));
    const parts = split(some, SEED + 2);
    const input = interactions(items, parts);
    return { parts, input, popularity: viewers(input) };
  });
  say(`\n## Settings, NDCG@10 on a validation split of the training half, ${wording(minRating)}\n`);
  const sizes = samples.map(({ parts, input }) => `${parts.length} profiles (${mean(input)} watches each)`);
  table(["setting", ...sizes.flatMap((size) => [`${size}, all seeds`, `${size}, last 50`])]);
  for (const [setting, name] of settings) {
    const cells: string[] = [];
    for (const { parts, input, popularity } of samples) {
      const graph = outgoing(await learned(input, setting), items.length);
      for (const choice of [latest(Infinity), latest(50)])
        cells.push(figure(evaluate(parts, graph, popularity, choice).ndcg));
    }
    row([name, ...cells]);
  }
}

const mean = (input: Interactions) => Math.round(input.itemIndex.length / input.users);

/** Profiles with a long tail and a taste each: titles come in 20 kinds, most watches are of the profile's own kind. */
function generated(titles: number, users: number, length: number): Interactions {
  const { next } = createRandom(SEED);
  const profiles = Array.from({ length: users }, () => {
    const taste = Math.floor(next() * 20);
    const seen = new Set<number>();
    for (let tries = 0; seen.size < length && tries < 3 * length; tries++) {
      const item = Math.floor(titles * next() ** 2);
      const chosen = next() < 0.6 ? item - (item % 20) + taste : item;
      if (chosen < titles) seen.add(chosen);
    }
    return { train: [...seen].map((item) => ({ item, at: 0, rating: 3 })) };
  });
  return interactions(
    Array.from({ length: titles }, (_, i) => String(i)),
    profiles,
  );
}

/** Learning time on generated watches, thread and copying included: the best of three. */
async function timings(): Promise<void> {
  say("\n## Learning time on generated watches (best of three)\n");
  table(["model", "titles", "watches", "edges", "seconds", "longest stall of the caller, ms"]);
  const sizes: ["EASE" | "RP3BETA", number, number][] = [
    ["EASE", 500, 1_000],
    ["EASE", 1_500, 3_000],
    ["EASE", 3_200, 10_000],
    ["EASE", 5_000, 10_000],
    ["RP3BETA", 5_000, 10_000],
    ["RP3BETA", 20_000, 10_000],
    ["RP3BETA", 100_000, 10_000],
  ];
  for (const [model, titles, users] of sizes) {
    const input = generated(titles, users, 100);
    const learn = () => timed(() => learnSimilarities(input, { model }));
    const runs = [await learn(), await learn(), await learn()] as const;
    const best = runs.reduce((one, other) => (other.seconds < one.seconds ? other : one));
    const watches = input.itemIndex.length.toLocaleString("en");
    const edges = best.result.edges.to.length.toLocaleString("en");
    row([model, best.result.titles, watches, edges, best.seconds.toFixed(2), best.stall.toFixed(0)]);
  }
}

/** Runs `work` while a 5 ms timer watches how long the event loop stood still. */
async function timed<T>(work: () => Promise<T>): Promise<{ result: T; stall: number; seconds: number }> {
  const start = performance.now();
  let last = start;
  let stall = 0;
  const watch = setInterval(() => {
    stall = Math.max(stall, performance.now() - last - 5);
    last = performance.now();
  }, 5);
  const result = await work();
  clearInterval(watch);
  return { result, stall, seconds: (performance.now() - start) / 1000 };
}

const lines: string[] = [];
function say(text: string): void {
  lines.push(text);
  console.log(text);
}

if (args.data && args.diversity) {
  await diversified(args.data);
  process.exit(0);
}
say(INTRODUCTION);
if (args.data) await served(args.data);
if (args.data) await disliked(args.data);
if (args.data) await diversified(args.data);
if (args.data) for (const minRating of [0, 4]) await quality(args.data, minRating);
if (args.data && args.tune) for (const minRating of [0, 4]) await tune(args.data, minRating);
if (args.timings) await timings();
if (args.write) {
  const text = await format(`${lines.join("\n")}\n`, { parser: "markdown", printWidth: 110 });
  writeFileSync(path.join(ROOT, "bench/results/recommendations.md"), text);
}
