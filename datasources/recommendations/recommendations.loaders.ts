import { manyByKey } from "../core/loader.js";
import { type StoreRequest } from "../core/store-request.js";
import { type RecommendedTitle, type Recommendations, type SimilarTitle } from "./recommendations.js";

export type RecommendationsLoaders = ReturnType<typeof recommendationsLoaders>;

/** Most neighbours that a title has, and candidates that a profile gets. */
export const MAX_SIMILAR = 100;
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
      batch: (batch, titles) => recommendations.similarTo(batch, titles, MAX_SIMILAR),
    }),
  };
}
