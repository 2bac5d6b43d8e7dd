import { learnEase } from "./ease.js";
import { computeFollowing } from "./following.js";
import { trainingSet, type TrainingSet, type Watches } from "./interactions.js";
import { learnRp3Beta } from "./rp3beta.js";
import { type Edges } from "./strongest.js";

/** What decides the outcome of learning, all of it plain data. */
export interface LearnSettings {
  /** `auto`: EASE up to `maxDenseTitles` titles that take part, RP3BETA above. */
  model: "auto" | "EASE" | "RP3BETA";
  /** Strongest positive incoming edges kept per title. */
  maxEdges: number;
  /** Titles kept per title that were watched soon after it. */
  maxFollowing: number;
  /** Titles with fewer viewers take no part. */
  minViewers: number;
  /** Up to how many titles `auto` chooses EASE: its time grows with their cube, its memory with their square. */
  maxDenseTitles: number;
  /** Regularisation of EASE, above 0; by default `defaultLambda`. */
  lambda: number;
  /** Exponent of RP3β's transition probabilities, above 0. */
  alpha: number;
  /** How strongly RP3β holds back popular titles: 0 not at all, 1 entirely. */
  beta: number;
}

/** What was learned. */
export interface LearnedSimilarities {
  model: "EASE" | "RP3BETA";
  /** How many titles had viewers enough to take part. */
  titles: number;
  /** By target title ascending, then strongest first. */
  edges: Edges;
  /** What was watched soon after each title, weights in (0, 1); nothing where it is not known when. */
  following: Edges;
}

const DEFAULTS: Omit<LearnSettings, "lambda"> = {
  model: "auto",
  maxEdges: 100,
  maxFollowing: 20,
  minViewers: 3,
  maxDenseTitles: 5_000,
  alpha: 0.5,
  beta: 0.3,
};

/** Titles of one profile that are learned from; longer ones are thinned. */
export const MAX_PROFILE = 3_000;

/** `defaultLambda` per watch of the average profile. */
const LAMBDA_PER_WATCH = 4;

/**
 * The regularisation of EASE for a training set: four times the (squared) weight of the average profile. The best
 * value follows the length of profiles rather than their number, and is flat around it. 0 for an empty set.
 */
export function defaultLambda(set: TrainingSet): number {
  let viewers = 0;
  for (let user = 0; user < set.users; user++) if (set.offsets[user + 1]! > set.offsets[user]!) viewers++;
  const total = set.weight.reduce((sum, weight) => sum + weight * weight, 0);
  return viewers === 0 ? 0 : (LAMBDA_PER_WATCH * total) / viewers;
}

/** `learnSimilarities` without the thread: the same work, where it is called. Settings left out take defaults. */
export function computeSimilarities(
  input: Watches,
  settings: Partial<LearnSettings> = {},
  onProgress?: (fraction: number) => void,
): LearnedSimilarities {
  const chosen = withDefaults(settings);
  const set = trainingSet(input, chosen.minViewers, MAX_PROFILE);
  const model = chosen.model === "auto" ? modelFor(set, chosen.maxDenseTitles) : chosen.model;
  const { maxEdges, alpha, beta } = chosen;
  const edges =
    model === "EASE"
      ? learnEase(set, { lambda: chosen.lambda ?? defaultLambda(set), maxEdges, onProgress })
      : learnRp3Beta(set, { alpha, beta, maxEdges, onProgress });
  return { model, titles: set.titles.length, edges, following: computeFollowing(input, chosen.maxFollowing) };
}

function modelFor(set: TrainingSet, maxDenseTitles: number): "EASE" | "RP3BETA" {
  return set.titles.length <= maxDenseTitles ? "EASE" : "RP3BETA";
}

function withDefaults(settings: Partial<LearnSettings>): typeof DEFAULTS & { lambda?: number } {
  const given = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
  const chosen: typeof DEFAULTS & { lambda?: number } = { ...DEFAULTS, ...given };
  if (!Number.isInteger(chosen.maxEdges) || chosen.maxEdges < 1) {
    throw new RangeError(`maxEdges must be a whole number above 0, found ${chosen.maxEdges}`);
  }
  for (const key of ["lambda", "alpha"] as const) {
    const value = chosen[key];
    if (value !== undefined && !(value > 0 && value < Infinity)) {
      throw new RangeError(`${key} must be a finite number above 0, found ${value}`);
    }
  }
  return chosen;
}
