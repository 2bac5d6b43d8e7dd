import { ADULT_LIMIT } from "../accounts/profiles.js";
import { type Audience } from "../catalog/audience.js";
import { manyByKey } from "../core/loader.js";
import { type FieldPath, type StoreRequest } from "../core/store-request.js";
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
/** Most candidates that a profile gets, of those that it may meet. */
export const MAX_RECOMMENDED = 300;
/**
 * How many are read for a profile with a maturity limit, which may not meet all: the store knows no ratings. By the limit
 * alone, and at once, for the same reason. A child of the largest demo tenant may meet 158 of the first 300 and 280 of all
 * 1,330 that its watches lead to, a teenager 168 and 690. No more edges are walked for it.
 */
const LIMITED_READ = 10 * MAX_RECOMMENDED;

/**
 * The taste graph's batches for one request. Both answer the whole bounded list: pages are cut from it, once it is known
 * what of it may be met.
 *
 * @param audienceOf as in `catalogLoaders`.
 */
export function recommendationsLoaders(
  recommendations: Recommendations,
  request: StoreRequest,
  audienceOf: (path?: FieldPath) => Promise<Audience>,
) {
  const same = (id: string) => id;
  return {
    forProfile: manyByKey<string, RecommendedTitle>({
      request,
      keyOf: same,
      batch: async (batch, profiles) => {
        const { maturityLimit } = await audienceOf(batch.path);
        const limit = maturityLimit < ADULT_LIMIT ? LIMITED_READ : MAX_RECOMMENDED;
        return recommendations.forProfiles(batch, profiles, limit);
      },
    }),
    similarTo: manyByKey<string, SimilarTitle>({
      request,
      keyOf: same,
      batch: (batch, titles) => recommendations.similarTo(batch, titles, SIMILAR_READ),
    }),
  };
}
