// Measures the learned similarities on a data set in MovieLens format, ranked as the recommendation query ranks.
//
//   node scripts/build.mjs
//   node bench/recommendations.mjs --data DIR [--tune] [--timings] [--write]
//
// DIR holds ratings.csv (userId,movieId,rating,timestamp). --tune compares settings on a validation split,
// --timings measures learning time by catalogue size, --write stores the report in bench/results.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { clearInterval, setInterval } from "node:timers";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

const { values: args } = parseArgs({
  options: {
    data: { type: "string" },
    dist: { type: "string", default: join(import.meta.dirname, "../dist/packages/similarity") },
    tune: { type: "boolean", default: false },
    timings: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
  },
});
if (!args.data) {
  console.error("Which data? --data DIR, a folder with MovieLens' ratings.csv");
  process.exit(2);
}
const { learnSimilarities } = await import(pathToFileURL(join(args.dist, "learn-similarities.js")).href);

const SEED = 20240229;
const TEST_PART = 0.2;
const CUT = 10;
/** How many of a profile's latest watches a recommendation starts from. */
const SEEDS = [Infinity, 200, 50];
const SHRINK = 20;

/** A small seeded generator (mulberry32), numbers in [0, 1). */
function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function shuffle(list, next) {
  for (let i = list.length - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1));
    [list[i], list[j]] = [list[j], list[i]];
  }
  return list;
}

/** Ratings of at least `minRating`, by viewer, with titles interned. */
function readRatings(folder, minRating) {
  const index = new Map();
  const users = new Map();
  const lines = readFileSync(join(folder, "ratings.csv"), "utf8").split(/\r?\n/).slice(1);
  for (const line of lines) {
    if (!line) continue;
    const [user, movie, rating, at] = line.split(",");
    if (Number(rating) < minRating) continue;
    if (!index.has(movie)) index.set(movie, index.size);
    if (!users.has(user)) users.set(user, []);
    users.get(user).push({ item: index.get(movie), at: Number(at) });
  }
  return { items: [...index.keys()], profiles: [...users.values()] };
}

/** Holds back a part of each profile, drawn at random; a profile too short to hold back one is only learned from. */
function split(profiles, seed, part = TEST_PART) {
  const next = random(seed);
  return profiles.map((profile) => {
    const order = shuffle([...profile], next);
    const held = Math.floor(profile.length * part);
    return {
      test: order.slice(0, held),
      train: order.slice(held).sort((a, b) => b.at - a.at || a.item - b.item),
    };
  });
}

/** The training halves as the learner takes them. */
function interactions(items, profiles) {
  const offsets = new Uint32Array(profiles.length + 1);
  const rows = profiles.map(({ train }) => train.map((watch) => watch.item).sort((a, b) => a - b));
  rows.forEach((row, user) => (offsets[user + 1] = offsets[user] + row.length));
  return { items, users: rows.length, offsets, itemIndex: Uint32Array.from(rows.flat()) };
}

function viewers(input) {
  const counts = new Float64Array(input.items.length);
  for (const item of input.itemIndex) counts[item]++;
  return counts;
}

/** How many viewers each pair of titles shares, as one Map a title. */
function coWatches(input) {
  const rows = input.items.map(() => new Map());
  for (let user = 0; user < input.users; user++) {
    const row = input.itemIndex.subarray(input.offsets[user], input.offsets[user + 1]);
    for (const a of row) for (const b of row) if (a !== b) rows[a].set(b, (rows[a].get(b) ?? 0) + 1);
  }
  return rows;
}

/** Edges by target from co-watches: the `limit` strongest of each title. */
function edgesFrom(rows, weigh, limit) {
  const edges = { from: [], to: [], weight: [] };
  rows.forEach((row, to) => {
    const ranked = [...row].map(([from, count]) => [from, weigh(from, to, count)]);
    ranked.sort((a, b) => b[1] - a[1] || a[0] - b[0]);
    for (const [from, weight] of ranked.slice(0, limit)) {
      edges.from.push(from);
      edges.to.push(to);
      edges.weight.push(weight);
    }
  });
  return edges;
}

/** Edges grouped by the watched title, which is how a request walks them. */
function outgoing({ from, to, weight }, items) {
  const offsets = new Uint32Array(items + 1);
  for (const item of from) offsets[item + 1]++;
  for (let item = 0; item < items; item++) offsets[item + 1] += offsets[item];
  const next = offsets.slice();
  const graph = { offsets, to: new Uint32Array(from.length), weight: new Float64Array(from.length) };
  for (let i = 0; i < from.length; i++) {
    const slot = next[from[i]]++;
    graph.to[slot] = to[i];
    graph.weight[slot] = weight[i];
  }
  return graph;
}

/** Scores of all titles for a profile and how many edges were walked for them. */
function score(graph, seeds, scores) {
  scores.fill(0);
  let walked = 0;
  for (const { item } of seeds) {
    for (let at = graph.offsets[item]; at < graph.offsets[item + 1]; at++)
      scores[graph.to[at]] += graph.weight[at];
    walked += graph.offsets[item + 1] - graph.offsets[item];
  }
  return walked;
}

/** The best `CUT` titles outside `seen`; popularity decides between equal scores, then the index. */
function best(scores, popularity, seen) {
  const top = [];
  const before = (a, b) => scores[b] - scores[a] || popularity[b] - popularity[a] || a - b;
  for (let item = 0; item < scores.length; item++) {
    if (seen.has(item)) continue;
    if (top.length === CUT && before(top[CUT - 1], item) < 0) continue;
    top.push(item);
    top.sort(before);
    if (top.length > CUT) top.pop();
  }
  return top;
}

/** Mean Recall@10 and NDCG@10 over all profiles with something held back, and the 95th percentile of edges walked. */
function evaluate(profiles, graph, popularity, seeds) {
  const scores = new Float64Array(popularity.length);
  const sums = { recall: 0, ndcg: 0, profiles: 0 };
  const walks = [];
  for (const { train, test } of profiles) {
    if (test.length === 0) continue;
    walks.push(score(graph, train.slice(0, seeds), scores));
    const wanted = new Set(test.map((watch) => watch.item));
    const hits = best(scores, popularity, new Set(train.map((watch) => watch.item))).map((item) =>
      wanted.has(item),
    );
    const gain = hits.reduce((sum, hit, rank) => sum + (hit ? 1 / Math.log2(rank + 2) : 0), 0);
    let ideal = 0;
    for (let rank = 0; rank < Math.min(CUT, test.length); rank++) ideal += 1 / Math.log2(rank + 2);
    sums.recall += hits.filter(Boolean).length / test.length;
    sums.ndcg += gain / ideal;
    sums.profiles++;
  }
  walks.sort((a, b) => a - b);
  return {
    recall: sums.recall / sums.profiles,
    ndcg: sums.ndcg / sums.profiles,
    profiles: sums.profiles,
    walked: walks[Math.floor(walks.length * 0.95)],
  };
}

/** Every model to compare, as name and edges. */
async function models(input) {
  const count = viewers(input);
  const rows = coWatches(input);
  const learn = async (options) => (await learnSimilarities(input, options)).edges;
  const cosine = (from, to, shared) => shared / (Math.sqrt(count[from] * count[to]) + SHRINK);
  return [
    ["popularity", { from: [], to: [], weight: [] }],
    ["co-watch path count, all edges", edgesFrom(rows, (_from, _to, shared) => shared, Infinity)],
    ["shrunk cosine, 100 edges", edgesFrom(rows, cosine, 100)],
    ["RP3β, 100 edges", await learn({ model: "RP3BETA" })],
    ["EASE, all positive edges", await learn({ model: "EASE", maxEdges: input.items.length })],
    ["EASE, 100 edges (served)", await learn({ model: "EASE" })],
  ];
}

const figure = (value) => value.toFixed(4);
const row = (cells) => say(`| ${cells.join(" | ")} |`);
const table = (titles) => {
  row(titles);
  row(titles.map(() => "---"));
};
const wording = (minRating) => (minRating > 0 ? `ratings of ${minRating} and more` : "every rating");

async function quality(minRating) {
  const { items, profiles } = readRatings(args.data, minRating);
  const parts = split(profiles, SEED);
  const input = interactions(items, parts);
  const popularity = viewers(input);
  const watches = profiles.reduce((sum, profile) => sum + profile.length, 0);
  say(`\n## A watch is: ${wording(minRating)}\n`);
  say(`${profiles.length} profiles, ${items.length} titles, ${watches} watches.\n`);
  const names = SEEDS.map((seeds) => (seeds === Infinity ? "all seeds" : `last ${seeds}`));
  const columns = ["NDCG@10", "Recall@10", "edges walked p95"].flatMap((what) =>
    names.map((name) => `${what}, ${name}`),
  );
  table(["model", ...columns]);
  for (const [name, edges] of await models(input)) {
    const graph = outgoing(edges, items.length);
    const results = SEEDS.map((seeds) => evaluate(parts, graph, popularity, seeds));
    const cells = [results.map((r) => figure(r.ndcg)), results.map((r) => figure(r.recall))];
    row([name, ...cells.flat(), ...results.map((r) => r.walked.toLocaleString("en"))]);
  }
}

/** Compares settings on a split of the training half, so that the figures above stay untouched by the choice. */
async function tune(minRating) {
  const { items, profiles } = readRatings(args.data, minRating);
  const training = split(profiles, SEED).map(({ train }) => train);
  const settings = [[{ model: "EASE" }, "EASE, default λ"]];
  for (const lambda of [25, 50, 100, 200, 400, 800])
    settings.push([{ model: "EASE", lambda }, `EASE, λ ${lambda}`]);
  for (const alpha of [0.3, 0.5, 0.7, 1]) {
    for (const beta of [0.1, 0.3, 0.5])
      settings.push([{ model: "RP3BETA", alpha, beta }, `RP3β, α ${alpha}, β ${beta}`]);
  }
  const samples = [0.25, 0.5, 1].map((share) => {
    const some = shuffle([...training], random(SEED + 1)).slice(0, Math.round(training.length * share));
    const parts = split(some, SEED + 2);
    const input = interactions(items, parts);
    return { parts, input, popularity: viewers(input) };
  });
  say(`\n## Settings, NDCG@10 on a validation split of the training half, ${wording(minRating)}\n`);
  const sizes = samples.map(({ parts, input }) => `${parts.length} profiles (${mean(input)} watches each)`);
  table(["setting", ...sizes.flatMap((size) => [`${size}, all seeds`, `${size}, last 50`])]);
  for (const [setting, name] of settings) {
    const cells = [];
    for (const { parts, input, popularity } of samples) {
      const graph = outgoing((await learnSimilarities(input, setting)).edges, items.length);
      for (const seeds of [Infinity, 50]) cells.push(figure(evaluate(parts, graph, popularity, seeds).ndcg));
    }
    row([name, ...cells]);
  }
}

const mean = (input) => Math.round(input.itemIndex.length / input.users);

/** Profiles with a long tail and a taste each: titles come in 20 kinds, most watches are of the profile's own kind. */
function generated(titles, users, length) {
  const next = random(SEED);
  const profiles = Array.from({ length: users }, () => {
    const taste = Math.floor(next() * 20);
    const seen = new Set();
    for (let tries = 0; seen.size < length && tries < 3 * length; tries++) {
      const item = Math.floor(titles * next() ** 2);
      const chosen = next() < 0.6 ? item - (item % 20) + taste : item;
      if (chosen < titles) seen.add(chosen);
    }
    return { train: [...seen].map((item) => ({ item })) };
  });
  return interactions(
    Array.from({ length: titles }, (_, i) => String(i)),
    profiles,
  );
}

/** Learning time on generated watches, thread and copying included: the best of three. */
async function timings() {
  say("\n## Learning time on generated watches (best of three)\n");
  table(["model", "titles", "watches", "edges", "seconds", "longest stall of the caller, ms"]);
  const sizes = [
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
    const runs = [];
    for (let run = 0; run < 3; run++) runs.push(await timed(() => learnSimilarities(input, { model })));
    const best = runs.sort((a, b) => a.seconds - b.seconds)[0];
    const watches = input.itemIndex.length.toLocaleString("en");
    const edges = best.result.edges.to.length.toLocaleString("en");
    row([model, best.result.titles, watches, edges, best.seconds.toFixed(2), best.stall.toFixed(0)]);
  }
}

/** Runs `work` while a 5 ms timer watches how long the event loop stood still. */
async function timed(work) {
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

const INTRODUCTION = `# Recommendations from the learned similarities

Made by \`node bench/recommendations.mjs --data DIR --tune --timings --write\` from a folder in MovieLens format; the
figures below are for ml-latest-small of GroupLens, which is not part of this repository.

- **Split:** of each profile's watches, 20 % drawn at random with a fixed seed (rounded down) are held back; models
  learn from the rest. All profiles with something held back count, each the same.
- **Ranking:** every title of the data set that is not in the profile's training part is ranked. A title's score is
  the sum of the weights of the edges from the profile's seeds; the number of viewers decides between equal scores.
- **Seeds:** all training watches of the profile, or only its latest by timestamp, as a request uses them.
- **Recall@10:** held-back titles among the first 10, divided by all held-back titles. **NDCG@10:** binary gain,
  discount log2(rank + 1), divided by the best that the number of held-back titles allows.
- **Edges walked p95:** edges read to score one profile, 95th percentile over profiles.
- **"100 edges":** the 100 strongest positive incoming edges of each title are kept. Titles with fewer than 3 viewers
  take no part in RP3β and EASE. Shrunk cosine is shared / (√(viewers · viewers) + ${SHRINK}).
- **Defaults:** EASE with λ = 4 × the average profile's length; RP3β with α 0.5 and β 0.3. EASE's best λ follows the
  length of profiles more than their number and is flat around the best, as the validation tables show.`;

const lines = [];
function say(text) {
  lines.push(text);
  console.log(text);
}

say(INTRODUCTION);
for (const minRating of [0, 4]) await quality(minRating);
if (args.tune) for (const minRating of [0, 4]) await tune(minRating);
if (args.timings) await timings();
if (args.write) {
  writeFileSync(
    join(import.meta.dirname, "results/recommendations.md"),
    await formatted(lines.join("\n") + "\n"),
  );
}

async function formatted(text) {
  const { format } = await import("prettier");
  return format(text, { parser: "markdown", printWidth: 110 });
}
