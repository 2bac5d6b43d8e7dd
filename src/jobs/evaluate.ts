import { type Audience } from "../../datasources/catalog/audience.js";
import { CatalogLoaders } from "../../datasources/catalog/catalog.loaders.js";
import { CallLog, type StoreRequest } from "../../datasources/core/store-request.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { recommendationsLoaders } from "../../datasources/recommendations/recommendations.loaders.js";
import {
  MemoryRecommendations,
  type TasteHistory,
} from "../../datasources/recommendations/recommendations.memory.js";
import { type Stores } from "../../datasources/stores/stores.js";
import { viewingLoaders } from "../../datasources/viewing/viewing.loaders.js";
import { type Interactions, type SimilarityModel } from "../../packages/similarity/index.js";
import { candidatesFor, type Serving } from "../../resolvers/recommendations.js";
import { onlyVisible } from "../../resolvers/titles.js";
import { audiencesOf } from "./audiences.js";
import { Holdout, type HeldCase, type HoldoutCounts, type HoldoutOptions } from "./holdout.js";
import { gatherInteractions } from "./learn-interactions.js";
import { learnGraph, offeredTitles, type OfferedTitles } from "./learn-graph.js";
import { CUT, figuresOf, type JudgedList, type ListFigures, type TitleKnowledge } from "./list-figures.js";
import { byPaths, byPopularity, byWholeMatrix, type OtherRanking } from "./other-rankings.js";

/** What is compared, in the order in which it is told. */
export const RANKINGS = ["served", "popularity", "paths", "dense"] as const;
export type RankingName = (typeof RANKINGS)[number];

/** What was found, and what it was found on. */
export interface Evaluation {
  counts: HoldoutCounts;
  /** What the graph that was learned for it is made of. */
  model: SimilarityModel;
  titles: number;
  /** Profiles that were judged, each the same, and the watches that were to be foreseen. */
  judged: { profiles: number; watches: number };
  /** What was held out of the sample and not judged. */
  leftOut: {
    /** Watches of titles that their profile may not meet now: nobody would recommend them. */
    hidden: number;
    /** Profiles of which nothing else was held out. */
    profiles: number;
  };
  /** Of the served titles, the part that is there because they are popular. */
  filled: number;
  /** Null for EASE's whole matrix where there are too many titles for it. */
  rankings: Record<RankingName, ListFigures | null>;
}

/** What evaluating reads. */
export type EvaluateStores = Pick<
  Stores,
  "accounts" | "catalog" | "keptRecommendations" | "tasteFacts" | "titleVersions" | "top10Job" | "viewing"
>;

/** What is held out, and how strongly what is served is varied, from 0 to 1. */
export interface EvaluateOptions extends HoldoutOptions {
  diversity: number;
}

/** Told which step is under way and how much of it is done, from 0 to 1. */
export type EvaluateProgress = (step: string, fraction: number) => void;

/** On behalf of what stores are asked. */
const PATH = { prev: undefined, key: "evaluate" };

/**
 * Holds a part of each profile's watches out, learns from the rest, and asks for recommendations as a request does: the same
 * learning, candidates and rules, over a graph in memory. Nothing is written, and nobody is served from it. Only profiles
 * whose account agrees to personalisation are looked at.
 *
 * Memory: what learning takes, and what the sample has watched.
 *
 * @returns null where nothing is left to be judged.
 */
export async function evaluate(
  stores: EvaluateStores,
  tenant: Tenant,
  { diversity, ...options }: EvaluateOptions,
  onProgress: EvaluateProgress = () => undefined,
): Promise<Evaluation | null> {
  const holdout = new Holdout(options);
  onProgress("watch history", 0);
  const interactions = await gatherInteractions(holdout.learned(stores.top10Job.interactions(tenant)));
  const offered = await offeredTitles(stores.titleVersions, tenant);
  const { model, graph } = await learnGraph(interactions, offered, (step, work) =>
    work((fraction) => onProgress(step, fraction)),
  );
  const ground = await groundOf(stores, tenant, holdout.cases);
  const memory = new MemoryRecommendations(graph, ground.histories);
  const others = await othersOf(interactions, ground, (fraction) => onProgress("whole matrix", fraction));
  const judged = await judgeAll(
    { stores, tenant, memory, interactions, ground, others, diversity },
    onProgress,
  );
  if (judged.cases.length === 0) return null;
  const known = knowledgeOf(interactions, offered);
  return { counts: holdout.counts, model, titles: graph.titles.length, ...reportOf(judged, known) };
}

/** The sample: what was held out of each profile, what it has watched beside that, and for whom it is. */
interface Ground {
  cases: HeldCase[];
  histories: Map<string, TasteHistory>;
  audiences: Map<string, Audience>;
}

async function groundOf(stores: EvaluateStores, tenant: Tenant, cases: HeldCase[]): Promise<Ground> {
  const heldOf = new Map(cases.map(({ profileId, held }) => [profileId, held]));
  const empty = (): WritableHistory => ({ watches: [], aversions: [] });
  const histories = new Map(cases.map(({ profileId }) => [profileId, empty()]));
  for await (const batch of stores.tasteFacts.watches(tenant))
    for (const watch of batch)
      if (!heldOf.get(watch.profileId)?.has(watch.titleId))
        histories.get(watch.profileId)?.watches.push(watch);
  for await (const batch of stores.tasteFacts.aversions(tenant))
    for (const aversion of batch) histories.get(aversion.profileId)?.aversions.push(aversion);
  return { cases, histories, audiences: await audiencesOf(stores, tenant, [...heldOf.keys()]) };
}

interface WritableHistory {
  watches: TasteHistory["watches"][number][];
  aversions: TasteHistory["aversions"][number][];
}

type Others = Record<Exclude<RankingName, "served">, OtherRanking | null>;

async function othersOf(
  interactions: Interactions,
  { cases, histories }: Ground,
  onProgress: (fraction: number) => void,
): Promise<Others> {
  const indexes = indexesOf(interactions);
  const all = cases.map(({ profileId }) => itemsOf(histories.get(profileId), indexes));
  return {
    popularity: byPopularity(interactions),
    paths: byPaths(interactions),
    dense: await byWholeMatrix(interactions, all, onProgress),
  };
}

function indexesOf({ items }: Interactions): ReadonlyMap<string, number> {
  return new Map(items.map((id, index) => [id, index]));
}

function itemsOf(history: TasteHistory | undefined, indexes: ReadonlyMap<string, number>): Uint32Array {
  const items = (history?.watches ?? []).flatMap(({ titleId }) => indexes.get(titleId) ?? []);
  return Uint32Array.from(items).sort();
}

/** Everything that a case is judged with. */
interface Judging {
  stores: EvaluateStores;
  tenant: Tenant;
  memory: MemoryRecommendations;
  interactions: Interactions;
  ground: Ground;
  others: Others;
  diversity: number;
}

/** A profile's lists, and what would have been right. */
interface Judged {
  held: ReadonlySet<string>;
  lists: Record<RankingName, string[] | null>;
  /** Served titles that are there because they are popular. */
  filled: number;
}

interface JudgedCases {
  cases: Judged[];
  hidden: number;
  skipped: number;
}

async function judgeAll(judging: Judging, onProgress: EvaluateProgress): Promise<JudgedCases> {
  const { cases } = judging.ground;
  const indexes = indexesOf(judging.interactions);
  const found: JudgedCases = { cases: [], hidden: 0, skipped: 0 };
  for (const [at, one] of cases.entries()) {
    const judged = await judge(judging, one, at, indexes);
    found.hidden += one.held.size - (judged?.held.size ?? 0);
    if (judged && judged.held.size > 0) found.cases.push(judged);
    else found.skipped += 1;
    onProgress("serving", (at + 1) / cases.length);
  }
  return found;
}

/** A profile's lists; null where the profile is gone by now. */
async function judge(
  judging: Judging,
  { profileId, held }: HeldCase,
  at: number,
  indexes: ReadonlyMap<string, number>,
): Promise<Judged | null> {
  const { ground, others, interactions } = judging;
  const audience = ground.audiences.get(profileId);
  const history = ground.histories.get(profileId);
  if (!audience || !history) return null;
  const serving = servingOf(judging, audience, held);
  const items = itemsOf(history, indexes);
  const named = (ranking: OtherRanking | null) =>
    ranking && Array.from(ranking(items, at), (item) => interactions.items[item]!);
  const { entries } = await candidatesFor(serving, profileId, PATH, judging.diversity);
  const known = new Set([...history.watches, ...history.aversions].map(({ titleId }) => titleId));
  const shown = async (ids: readonly string[] | null) =>
    ids && (await visible(serving, ids)).filter((id) => !known.has(id)).slice(0, CUT);
  const served = entries.filter(({ titleId }) => !known.has(titleId)).slice(0, CUT);
  return {
    held: new Set(await visible(serving, [...held])),
    filled: served.filter(({ model }) => model === "POPULAR").length,
    lists: {
      served: served.map(({ titleId }) => titleId),
      popularity: await shown(named(others.popularity)),
      paths: await shown(named(others.paths)),
      dense: await shown(named(others.dense)),
    },
  };
}

async function visible(serving: Serving, ids: readonly string[]): Promise<string[]> {
  const met = await onlyVisible(
    serving,
    ids.map((titleId) => ({ titleId })),
    PATH,
  );
  return met.map(({ titleId }) => titleId);
}

/**
 * A request of its own, as that of a profile whose account agrees to personalisation. What was held out has not been
 * touched yet: else nothing that is to be foreseen would fill a list up.
 */
function servingOf(
  { stores, tenant, memory }: Judging,
  audience: Audience,
  held: ReadonlySet<string>,
): Serving {
  const request: StoreRequest = { tenant, calls: new CallLog() };
  const audienceOf = () => Promise.resolve(audience);
  const viewing = viewingLoaders(stores.viewing, request);
  return {
    request,
    catalog: new CatalogLoaders(stores.catalog, stores.titleVersions, request, audienceOf),
    viewing: {
      ...viewing,
      touchedTitles: async (profile) =>
        (await viewing.touchedTitles(profile)).filter((titleId) => !held.has(titleId)),
    },
    recommendations: recommendationsLoaders(memory, stores.keptRecommendations, request, audienceOf),
    personalised: () => Promise.resolve(true),
  };
}

function knowledgeOf({ items, users, itemIndex }: Interactions, { contents }: OfferedTitles): TitleKnowledge {
  const viewers = new Map<string, number>();
  for (const item of itemIndex) viewers.set(items[item]!, (viewers.get(items[item]!) ?? 0) + 1);
  const genres = new Map(contents.map((title) => [title.id, new Set(title.genres)]));
  const none = new Set<string>();
  return {
    offered: contents.length,
    profiles: users,
    viewersOf: (title) => viewers.get(title) ?? 0,
    genresOf: (title) => genres.get(title) ?? none,
  };
}

function reportOf({ cases, hidden, skipped }: JudgedCases, known: TitleKnowledge) {
  const figures = (name: RankingName): ListFigures | null => {
    const lists = cases.flatMap(({ held, lists: { [name]: list } }): JudgedList[] =>
      list ? [{ held, list }] : [],
    );
    return lists.length === 0 ? null : figuresOf(lists, known);
  };
  const shown = cases.reduce((sum, { lists }) => sum + (lists.served?.length ?? 0), 0);
  return {
    judged: { profiles: cases.length, watches: cases.reduce((sum, { held }) => sum + held.size, 0) },
    leftOut: { hidden, profiles: skipped },
    filled: cases.reduce((sum, { filled }) => sum + filled, 0) / Math.max(shown, 1),
    rankings: Object.fromEntries(RANKINGS.map((name) => [name, figures(name)])) as Evaluation["rankings"],
  };
}
