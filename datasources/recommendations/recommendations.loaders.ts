import { manyByKey } from "../core/loader.js";
import { type StoreRequest } from "../core/store-request.js";
import { type RecommendedTitle, type Recommendations, type SimilarTitle } from "./recommendations.js";

export type RecommendationsLoaders = ReturnType<typeof recommendationsLoaders>;

/** Most neighbours of a title that are shown. */
export const MAX_SIMILAR = 100;
/**
 * How many are read for these, since whoever asks may not meet all: at once, because a second read would tell that there are
 * others. Each title keeps its 100 strongest incoming edges, so that 100 go out from a title on the average: at most 230 in
 * the largest demo tenant, where this reads a fifth more edges than 100 a title.
 */
const SIMILAR_READ = 1_000;
/** Most candidates that a profile gets. */
export const MAX_RECOMMENDED = 300;

/** The taste graph's batches for one request. Both answer the whole bounded list: pages are cut from it. */
export function recommendationsLoaders(recommendations: Recommendations, request: StoreRequest) {
  const same = (id: string) => id;
  return {
    forProfile: manyByKey<string, RecommendedTitle>({
      request,
      keyOf: same,
      batch: (batch, profiles) => recommendations.forProfiles(batch, profiles, MAX_RECOMMENDED),
    }),
    similarTo: manyByKey<string, SimilarTitle>({
      request,
      keyOf: same,
      batch: (batch, titles) => recommendations.similarTo(batch, titles, SIMILAR_READ),
    }),
  };
}
