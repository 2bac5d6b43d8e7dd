import { type Stores } from "../../datasources/stores/stores.js";
import { type ModelTrial } from "../../datasources/recommendations/model-trial.js";
import { type SimilarEdges } from "../../datasources/recommendations/recommendations.js";
import { type KeptModel } from "../../datasources/recommendations/taste-models.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { type ChartCounts } from "../../datasources/top10/top10.js";
import { inGraphThread } from "./graph-thread.js";
import { HeldOut } from "./model-trial.js";
import { gatherInteractions } from "./learn-interactions.js";
import { learnGraph, offeredTitles, type LearnedGraph } from "./learn-graph.js";
import { type Interactions, type SimilarityModel } from "../../packages/similarity/index.js";

/** What the batch jobs of one tenant have made. */
export interface LearnReport {
  top10: ChartCounts;
  /** Titles with a popularity above 0. */
  popular: number;
  /** Titles that count more for a text, for what was opened; 0 where that is not to be learned. */
  searched: number;
  /** Profiles with watches, and their distinct titles. */
  profiles: number;
  watches: number;
  /** What the edges between watched titles were learned with; `CONTENT` where there was nothing to learn from. */
  model: SimilarityModel;
  /** Titles of the taste graph, watched or not. */
  titles: number;
  learnedEdges: number;
  contentEdges: number;
  /** What was found when the taste graph was tried; one that was found worse was kept, and not switched to. */
  trial: ModelTrial;
}

/** What the batch jobs read and write. */
export type LearnStores = Pick<
  Stores,
  | "settle"
  | "top10Job"
  | "catalogProjection"
  | "searchProjection"
  | "searchLearning"
  | "titleVersions"
  | "tasteGraph"
  | "tasteModels"
>;

/** The steps of learning, in their order. */
export const LEARN_STEPS = [
  "statistics",
  "Top 10",
  "popularity",
  "searches",
  "watch history",
  "titles",
  "learning tastes",
  "learning tastes under limits",
  "similar content",
  "taste graph",
] as const;
type LearnStep = (typeof LEARN_STEPS)[number];

/** Told which step is under way and how much of it is done, from 0 to 1. */
export type LearnProgress = (step: LearnStep, fraction: number) => void;

/** Of the latest days with facts so many are held out at most, and no more than have so many watches together. */
const HELD_DAYS = 7;
const HELD_PAIRS = 200;
const UNTRIED: ModelTrial = { learnedUntil: null, verdict: "UNTRIED", figures: null };

/**
 * The batch jobs of one tenant: Top 10 and trending, popularity (also of the documents that catalog and search
 * serve), what searches learn from what was opened, and the taste graph, learned from who watched what and filled up from what titles are. Can be run again at
 * any time; readers see the old results until the new ones are complete. A tenant without events gets content edges.
 *
 * @param charts whether lists of all days are made anew, or those that are not settled (`Top10Job.follow`).
 *
 * Memory: two numbers a watched pair and three an edge, beside the features of the titles.
 */
export async function learn(
  stores: LearnStores,
  tenant: Tenant,
  onProgress?: LearnProgress,
  { charts = "ALL" }: { charts?: "ALL" | "UNSETTLED" } = {},
): Promise<LearnReport> {
  const step = steps(onProgress);
  // The statements below read much of what an import has just written.
  await step("statistics", () => stores.settle(tenant));
  const top10 = await step("Top 10", () =>
    charts === "ALL" ? stores.top10Job.recompute(tenant) : stores.top10Job.follow(tenant, { trending: true }),
  );
  const popular = await step("popularity", () => spreadPopularity(stores, tenant));
  const searched = await step("searches", () => stores.searchLearning.learn(tenant));
  const { interactions, held } = await step("watch history", () => gather(stores, tenant));
  const offered = await step("titles", () => offeredTitles(stores.titleVersions, tenant));
  const learned = await learnGraph(interactions, offered, step);
  const trial = await step("taste graph", () => saveGraph(stores, tenant, learned, held));
  return {
    top10,
    popular,
    searched,
    profiles: interactions.users,
    watches: interactions.itemIndex.length,
    model: learned.model,
    titles: learned.graph.titles.length,
    learnedEdges: learned.learnedEdges,
    contentEdges: learned.contentEdges,
    trial,
  };
}

/** Runs one named step: told at its start, at its end, and between where it knows how far it is. */
function steps(onProgress: LearnProgress | undefined) {
  return async <T>(
    name: LearnStep,
    work: (progress: (fraction: number) => void) => Promise<T>,
  ): Promise<T> => {
    onProgress?.(name, 0);
    const result = await work((fraction) => onProgress?.(name, fraction));
    onProgress?.(name, 1);
    return result;
  };
}

/** Answers how many titles have some. */
async function spreadPopularity(stores: LearnStores, tenant: Tenant): Promise<number> {
  const popularity = await stores.top10Job.popularity(tenant);
  await stores.catalogProjection.setPopularity(tenant, popularity);
  await stores.searchProjection.setPopularity(tenant, popularity);
  return [...popularity.values()].filter((value) => value > 0).length;
}

/**
 * Everything that can be learned from; where there is a model to be compared with, without the latest days, which both
 * are tried on. Where these tell too little, nothing is held out.
 */
async function gather(
  { top10Job, tasteModels }: LearnStores,
  tenant: Tenant,
): Promise<{ interactions: Interactions; held: HeldOut | null }> {
  const live = (await tasteModels.models(tenant)).find((model) => model.live);
  const from = live ? heldFrom(await top10Job.latestDays(tenant, HELD_DAYS), live) : null;
  if (from !== null) {
    const held = new HeldOut(from);
    const interactions = await gatherInteractions(held.learned(top10Job.interactions(tenant)));
    if (held.isEnough) return { interactions, held };
  }
  return { interactions: await gatherInteractions(top10Job.interactions(tenant)), held: null };
}

/** From when on facts are held out: of the latest days as many as it takes, none of which the live model knows. */
function heldFrom(days: readonly { day: string; pairs: number }[], live: KeptModel): number | null {
  let pairs = 0;
  for (const { day, pairs: more } of days) {
    pairs += more;
    if (pairs >= HELD_PAIRS)
      return Math.max(Date.parse(day), Date.parse(live.learnedUntil ?? live.learnedAt));
  }
  return null;
}

/** Keeps the graph, and switches to it unless it is worse than the one that is read. */
async function saveGraph(
  stores: LearnStores,
  tenant: Tenant,
  { model, graph }: LearnedGraph,
  held: HeldOut | null,
): Promise<ModelTrial> {
  const about = {
    model,
    learnedAt: new Date().toISOString(),
    titles: graph.titles.length,
    edges: graph.from.length,
  };
  const trial = held ? await tried(held, graph, await stores.tasteModels.liveEdges(tenant)) : UNTRIED;
  if (trial.verdict === "WORSE") await stores.tasteModels.keep(tenant, graph, about, trial);
  else await stores.tasteGraph.replace(tenant, graph, about, trial);
  // A planner that has not heard of these edges reads them all for every profile.
  await stores.settle(tenant);
  return trial;
}

/** In a thread, to which what both models are made of is copied: the one is still to be kept, the other is a store's. */
function tried(
  { from, histories }: HeldOut,
  model: SimilarEdges,
  live: SimilarEdges | null,
): Promise<ModelTrial> {
  return inGraphThread({ kind: "try", held: { from, histories }, model, live });
}
