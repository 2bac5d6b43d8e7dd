import { MATURITY_AGES, type ProjectedTitle } from "../../datasources/core/title.document.js";
import { type TitleVersions } from "../../datasources/catalog/title-versions.js";
import { type Stores } from "../../datasources/stores/stores.js";
import { type ModelTrial } from "../../datasources/recommendations/model-trial.js";
import { type KeptModel } from "../../datasources/recommendations/taste-models.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { type ChartCounts } from "../../datasources/top10/top10.js";
import { contentEdges, ENOUGH_EDGES, joinEdges, tidyEdges } from "./learn-edges.js";
import { HeldOut, tryModel } from "./model-trial.js";
import { gatherInteractions } from "./learn-interactions.js";
import { LEARNED_LIMITS, watchesOf } from "./learn-limited.js";
import {
  contentSimilarities,
  learnSimilarities,
  type Edges,
  type Interactions,
  type LearnedSimilarities,
  type SimilarityModel,
  type TitleContent,
} from "../../packages/similarity/index.js";

/** What the batch jobs of one tenant have made. */
export interface LearnReport {
  top10: ChartCounts;
  /** Titles with a popularity. */
  popular: number;
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
  | "titleVersions"
  | "tasteGraph"
  | "tasteModels"
>;

/** The steps of learning, in their order. */
export const LEARN_STEPS = [
  "statistics",
  "Top 10",
  "popularity",
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

const NO_EDGES: Edges = { from: new Uint32Array(), to: new Uint32Array(), weight: new Float32Array() };

/**
 * The batch jobs of one tenant: Top 10 and trending, popularity (also of the documents that catalog and search
 * serve), and the taste graph, learned from who watched what and filled up from what titles are. Can be run again at
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
  const { interactions, held } = await step("watch history", () => gather(stores, tenant));
  const offered = await step("titles", () => offeredTitles(stores.titleVersions, tenant));
  const learned = await step("learning tastes", (progress) => learnFrom(interactions, progress));
  const limited = await step("learning tastes under limits", () =>
    learnUnderLimits(interactions, offered.ages),
  );
  const { titles, content } = await step("similar content", () =>
    similarContent(offered.contents, interactions.items),
  );
  const own = learned && limited.reduce(joinEdges, learned.edges);
  const graph = { model: modelOf(learned), learned: own ?? NO_EDGES, content, titles, held };
  const counts = await step("taste graph", () => saveGraph(stores, tenant, graph));
  return {
    top10,
    popular,
    profiles: interactions.users,
    watches: interactions.itemIndex.length,
    model: modelOf(learned),
    titles: titles.length,
    ...counts,
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

/** Answers for how many titles. */
async function spreadPopularity(stores: LearnStores, tenant: Tenant): Promise<number> {
  const popularity = await stores.top10Job.popularity(tenant);
  await stores.catalogProjection.setPopularity(tenant, popularity);
  await stores.searchProjection.setPopularity(tenant, popularity);
  return popularity.size;
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

async function learnFrom(
  interactions: Interactions,
  onProgress: (fraction: number) => void,
): Promise<LearnedSimilarities | null> {
  return interactions.users === 0 ? null : learnSimilarities(interactions, { onProgress });
}

function modelOf(learned: LearnedSimilarities | null): SimilarityModel {
  return learned && learned.edges.from.length > 0 ? learned.model : "CONTENT";
}

/** Edges among what may be met under each limit that keeps something of what was watched. */
async function learnUnderLimits(
  interactions: Interactions,
  ages: ReadonlyMap<string, number>,
): Promise<Edges[]> {
  const edges: Edges[] = [];
  for (const limit of LEARNED_LIMITS) {
    const isKept = (item: number) => (ages.get(interactions.items[item]!) ?? Infinity) <= limit;
    const watches = watchesOf(interactions, isKept);
    if (watches) edges.push((await learnSimilarities(watches)).edges);
  }
  return edges;
}

/** What titles are that may be offered some day, and from which age on. */
async function offeredTitles(
  versions: TitleVersions,
  tenant: Tenant,
): Promise<{ contents: TitleContent[]; ages: ReadonlyMap<string, number> }> {
  const contents: TitleContent[] = [];
  const ages = new Map<string, number>();
  for await (const batch of versions.inForce(tenant)) {
    for (const title of batch) {
      if (title.state === "ARCHIVED" || title.mergedInto) continue;
      contents.push(contentOf(title));
      ages.set(title.id, MATURITY_AGES[title.maturityRating]);
    }
  }
  return { contents, ages };
}

/** Nearest titles by content, as indices into the watched titles followed by the others of the catalog. */
async function similarContent(
  contents: readonly TitleContent[],
  watched: readonly string[],
): Promise<{ titles: string[]; content: Edges }> {
  const nearest = await contentSimilarities(contents, { neighbours: ENOUGH_EDGES });
  const titles = [...watched];
  const indexes = new Map(watched.map((id, index) => [id, index]));
  const indexOf = Uint32Array.from(contents, ({ id }) => indexes.get(id) ?? titles.push(id) - 1);
  const content = {
    from: nearest.from.map((title) => indexOf[title]!),
    to: nearest.to.map((title) => indexOf[title]!),
    weight: nearest.weight,
  };
  return { titles, content };
}

function contentOf(title: ProjectedTitle): TitleContent {
  return {
    id: title.id,
    genres: title.genres.map(({ id }) => id),
    tags: title.tags,
    people: title.credits.map(({ person }) => person.id),
    studio: title.studio?.id ?? null,
    releaseYear: title.releaseYear,
  };
}

/** What a taste graph is made of, and what it is tried on. */
interface Graph {
  model: SimilarityModel;
  learned: Edges;
  content: Edges;
  titles: string[];
  held: HeldOut | null;
}

/** Keeps the graph, and switches to it unless it is worse than the one that is read. */
async function saveGraph(
  stores: LearnStores,
  tenant: Tenant,
  { model, learned, content, titles, held }: Graph,
): Promise<Pick<LearnReport, "learnedEdges" | "contentEdges" | "trial">> {
  const own = tidyEdges(learned, titles.length);
  const edges = tidyEdges(joinEdges(own, contentEdges(own, content, titles.length)), titles.length);
  const graph = { titles, ...edges };
  const about = {
    model,
    learnedAt: new Date().toISOString(),
    titles: titles.length,
    edges: edges.from.length,
  };
  const trial = held ? tryModel(held, graph, await stores.tasteModels.liveEdges(tenant)) : UNTRIED;
  if (trial.verdict === "WORSE") await stores.tasteModels.keep(tenant, graph, about, trial);
  else await stores.tasteGraph.replace(tenant, graph, about, trial);
  // A planner that has not heard of these edges reads them all for every profile.
  await stores.settle(tenant);
  return { learnedEdges: own.from.length, contentEdges: edges.from.length - own.from.length, trial };
}
