/**
 * How much less than the live one's a new model's NDCG@10 may be for it to be switched to, of the live one's: what two halves of
 * the same profiles differ by is more than that where they are few.
 */
export const TOLERANCE = 0.05;

/**
 * What was found when a model was tried: nothing, because there was no other or too little to try it with; that it is not
 * worse than the live one by more than the tolerance; or that it is, and was not switched to.
 */
export type ModelVerdict = "UNTRIED" | "NOT_WORSE" | "WORSE";

/** How a model, and the one that was live then, foresaw what was watched for the first time in held-out days. */
export interface ModelFigures {
  /** Profiles that were looked at, and what they watched: all are scored the same. */
  profiles: number;
  watches: number;
  /** Means over the profiles; of the first ten titles, from 0 to 1. */
  ndcg: number;
  recall: number;
  liveNdcg: number;
  liveRecall: number;
  tolerance: number;
}

/** A model's trial. */
export interface ModelTrial {
  /** Facts from then on took no part in learning (ISO 8601); null: all took part. */
  learnedUntil: string | null;
  verdict: ModelVerdict;
  /** Null where it was not tried. */
  figures: ModelFigures | null;
}
