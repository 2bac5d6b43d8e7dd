import { type StoreRequest } from "../core/store-request.js";
import { type Tenant } from "../core/tenant.js";
import { type ModelTrial } from "./model-trial.js";

/**
 * From which of a profile's watches its recommendations come, whichever store answers: of a longer history the latest,
 * and others at even distances, `SEEDS` in all. The latest two hundred alone are worse at finding what was held back
 * by a twentieth (bench/results/recommendations.md): they are what was watched in one evening.
 */
export const SEEDS = 200;
export const LATEST_SEEDS = 20;
export const EARLIER_SEEDS = SEEDS - LATEST_SEEDS;

/**
 * What a watch counts by how many later ones there are: FLOOR + (1 - FLOOR) · e^(-rank / FADING). A flat sum is better at
 * finding what was held back of a whole profile by a hundredth, this at finding what was watched next by a fifth.
 */
export const RECENCY = { floor: 0.5, fading: 5 };

/**
 * What it counts, for each of the latest watches, what others watched soon after the same title, beside what is like it; for
 * earlier ones nothing. On MovieLens that finds a tenth more of what profiles watched next, and loses an eightieth of what was
 * held back of whole profiles (bench/results/recommendations.md).
 */
export const FOLLOWED: readonly number[] = [1, 0.7, 0.49];

/**
 * What a watch counts by its rating, of one without. Those below 0 count against what is like the title: on MovieLens a
 * ninth less of what somebody rated 1 or 2 is among the first ten then, and as much of what they rated 4 or 5
 * (bench/results/recommendations.md); twice as much against loses some of that too.
 */
export const LIKING = { 5: 1.25, 4: 1.1, 3: 0.8, 2: -0.25, 1: -0.5 } as const;

/** The `LIKING` of what was given up (`LEFT_BEFORE`) and not rated. It was left off, so that it counts as much as a 2. */
export const GIVEN_UP = LIKING[1];

/** What a title counts that is not for the profile: as one that was rated 1, whenever that was said. */
export const NOT_FOR_ME = LIKING[1];
/** The latest of those that count; no other is recommended either. */
export const NOT_FOR_ME_SEEDS = 20;

/** A title suggested to a profile; `because` is the watched title that weighs most in its score. */
export interface RecommendedTitle {
  titleId: string;
  /** Sum of the edges from the profile's watches; comparable within one answer only. */
  score: number;
  because: string | null;
}

export interface SimilarTitle {
  titleId: string;
  /** Weight of the edge; comparable within one title only. */
  score: number;
}

export interface TasteModel {
  /** `EASE`, `RP3BETA`, … */
  model: string;
  /** ISO 8601. */
  learnedAt: string;
  titles: number;
  edges: number;
}

/** The taste graph: one bounded query for a batch, whatever the number of users. */
export interface Recommendations {
  /**
   * Titles not yet watched (`LEAST_WATCH`) and not unwanted, best first, from each profile's `SEEDS`; by profile. Scores
   * are sums over edges of (weight + next × `FOLLOWED`) × strength of the watch, and above 0. A watch counts 1 when
   * completed and 0.5 when left off, times its `LIKING`, times its `RECENCY`; the liking of what was given up is
   * `GIVEN_UP`. What is not for the profile counts `NOT_FOR_ME` × weight alone, watched or not. Ties go to the lower id, for a title as for its reason. Profiles without
   * recommendations are left out.
   */
  forProfiles(
    request: StoreRequest,
    profiles: readonly string[],
    limit: number,
  ): Promise<Map<string, RecommendedTitle[]>>;
  /**
   * Titles whose viewers also take to each title, nearest first; by title. Ties go to the lower id; titles without edges
   * are left out.
   */
  similarTo(
    request: StoreRequest,
    titles: readonly string[],
    limit: number,
  ): Promise<Map<string, SimilarTitle[]>>;
}

/** What models that are kept would recommend, whichever is live. */
export interface KeptRecommendations {
  /** As `Recommendations.forProfiles`, by the edges of a kept model; of one that is not kept, nothing. */
  forProfiles(
    request: StoreRequest,
    model: number,
    profiles: readonly string[],
    limit: number,
  ): Promise<Map<string, RecommendedTitle[]>>;
}

/** Columns of edges `(from)-[:SIMILAR {weight, next}]->(to)`: `from[i]` and `to[i]` index into `titles`. */
export interface SimilarEdges {
  titles: readonly string[];
  from: Uint32Array;
  to: Uint32Array;
  /** How alike two titles are; 0 where one is only watched soon after the other. */
  weight: Float32Array;
  /** How much the end is watched soon after the start, beside what is alike; absent: nothing is. */
  next?: Float32Array;
}

/** The writing side: the batch job replaces a tenant's graph as a whole, readers see the old one or the new one. */
export interface TasteGraph {
  /** @param trial what was found when the model was tried; unless given, it was not. */
  replace(tenant: Tenant, edges: SimilarEdges, model: TasteModel, trial?: ModelTrial): Promise<void>;
}
