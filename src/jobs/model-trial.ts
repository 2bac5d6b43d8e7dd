import { createHash } from "node:crypto";

import { EdgeRanker } from "../../datasources/recommendations/edge-ranker.js";
import { type SimilarEdges } from "../../datasources/recommendations/recommendations.js";
import {
  TOLERANCE,
  type ModelFigures,
  type ModelTrial,
} from "../../datasources/recommendations/model-trial.js";
import { type LearnedPair } from "../../datasources/top10/top10.js";
import { CUT, discounted } from "./list-figures.js";

/** Profiles that a model is tried on at most. */
const MOST_PROFILES = 2_000;
/** With fewer there is no telling one model from another. */
const LEAST_PROFILES = 30;
/** So many times what is held out has to be left to learn from. */
const LEAST_LEARNED = 4;

/** What one profile had watched before, latest first, and what it began to watch then. */
interface History {
  profileId: string;
  watched: string[];
  held: Set<string>;
}

/** Watches that began at an instant or later, held out of what is learned from; of a bounded sample of profiles. */
export class HeldOut {
  histories: History[] = [];
  #learned = 0;
  #held = 0;
  #open: LearnedPair[] = [];

  /** @param from milliseconds since 1970. */
  constructor(readonly from: number) {}

  /** Whether there is enough to try a model with, and enough left to learn one from. */
  get isEnough(): boolean {
    return this.histories.length >= LEAST_PROFILES && this.#learned >= LEAST_LEARNED * this.#held;
  }

  /**
   * What is left to learn from.
   *
   * @param batches those of one profile together.
   */
  async *learned(batches: AsyncIterable<readonly LearnedPair[]>): AsyncGenerator<LearnedPair[]> {
    for await (const batch of batches) {
      for (const pair of batch) this.#note(pair);
      const before = batch.filter(({ firstAt }) => firstAt < this.from);
      if (before.length > 0) yield before;
    }
    this.#close();
    this.#thin();
  }

  #note(pair: LearnedPair): void {
    if (this.#open[0] && this.#open[0].profileId !== pair.profileId) this.#close();
    this.#open.push(pair);
    if (pair.firstAt < this.from) this.#learned += 1;
    else this.#held += 1;
  }

  #close(): void {
    const [first] = this.#open;
    const watched = this.#open.filter(({ firstAt }) => firstAt < this.from);
    const held = this.#open.filter(({ firstAt }) => firstAt >= this.from);
    this.#open = [];
    if (!first || watched.length === 0 || held.length === 0) return;
    watched.sort((a, b) => b.lastAt - a.lastAt || (a.titleId < b.titleId ? 1 : -1));
    const ids = watched.map(({ titleId }) => titleId);
    const of = first.profileId;
    this.histories.push({ profileId: of, watched: ids, held: new Set(held.map(({ titleId }) => titleId)) });
    if (this.histories.length >= 2 * MOST_PROFILES) this.#thin();
  }

  /** The same profiles whatever came in which order: those whose ids have the lowest hashes. */
  #thin(): void {
    if (this.histories.length <= MOST_PROFILES) return;
    const hashed = this.histories.map((history) => ({ history, hash: hashOf(history.profileId) }));
    hashed.sort((a, b) => (a.hash < b.hash ? -1 : 1));
    this.histories = hashed.slice(0, MOST_PROFILES).map(({ history }) => history);
  }
}

function hashOf(id: string): string {
  return createHash("sha256").update(id).digest("hex");
}

/**
 * Tries a model beside the live one.
 *
 * @param live null where it is not known what it is made of: the new one is not worse then.
 */
export function tryModel(
  held: Pick<HeldOut, "from" | "histories">,
  model: SimilarEdges,
  live: SimilarEdges | null,
): ModelTrial {
  const learnedUntil = new Date(held.from).toISOString();
  if (live === null) return { learnedUntil, verdict: "UNTRIED", figures: null };
  const [own, before] = [meansOf(held.histories, model), meansOf(held.histories, live)];
  const figures: ModelFigures = {
    profiles: held.histories.length,
    watches: held.histories.reduce((sum, { held: titles }) => sum + titles.size, 0),
    ...own,
    liveNdcg: before.ndcg,
    liveRecall: before.recall,
    tolerance: TOLERANCE,
  };
  const isWorse = own.ndcg < before.ndcg * (1 - TOLERANCE);
  return { learnedUntil, verdict: isWorse ? "WORSE" : "NOT_WORSE", figures };
}

function meansOf(histories: readonly History[], edges: SimilarEdges): { ndcg: number; recall: number } {
  const ranker = rankerOf(edges);
  let [ndcg, recall] = [0, 0];
  for (const { watched, held } of histories) {
    const hits = ranker(watched).map((title) => held.has(title));
    ndcg += discounted(hits) / discounted(Array.from({ length: Math.min(CUT, held.size) }, () => true));
    recall += hits.filter(Boolean).length / held.size;
  }
  return { ndcg: ndcg / histories.length, recall: recall / histories.length };
}

/** Ranks titles for a history as a request does, completion and ratings apart, which all models would see alike. */
function rankerOf(edges: SimilarEdges): (watched: readonly string[]) => string[] {
  const ranker = new EdgeRanker(edges);
  return (watched) => ranker.rankAfter(watched, CUT).map(({ titleId }) => titleId);
}
