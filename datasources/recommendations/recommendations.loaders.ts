import { ADULT_LIMIT } from "../accounts/profiles.js";
import { audienceKey, type Audience } from "../catalog/audience.js";
import { manyByKey } from "../core/loader.js";
import { type FieldPath, type StoreRequest } from "../core/store-request.js";
import {
  type KeptRecommendations,
  type RecommendedTitle,
  type Recommendations,
  type SimilarTitle,
} from "./recommendations.js";

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

/** How many candidates are read for a profile of an audience. */
export function readAtMost({ maturityLimit }: Pick<Audience, "maturityLimit">): number {
  return maturityLimit < ADULT_LIMIT ? LIMITED_READ : MAX_RECOMMENDED;
}

/** A profile for whom a kept model answers, by its number. */
export interface ByModel {
  model: number;
  profile: string;
}

const keyOfModel = ({ model, profile }: ByModel) => JSON.stringify([model, profile]);

/**
 * The taste graph's batches for one request. All answer the whole bounded list: pages are cut from it, once it is known
 * what of it may be met.
 *
 * @param kept answers for models that are kept: one store call for each of them.
 * @param audienceOf as in `CatalogLoaders`.
 */
export function recommendationsLoaders(
  recommendations: Recommendations,
  kept: KeptRecommendations,
  request: StoreRequest,
  audienceOf: (path?: FieldPath) => Promise<Audience>,
) {
  const same = (id: string) => id;
  return {
    forProfile: manyByKey<string, RecommendedTitle>({
      request,
      keyOf: same,
      batch: async (batch, profiles) =>
        recommendations.forProfiles(batch, profiles, readAtMost(await audienceOf(batch.path))),
    }),
    byModel: manyByKey<ByModel, RecommendedTitle>({
      request,
      keyOf: keyOfModel,
      batch: async (batch, asked) => keptLists(kept, batch, asked, readAtMost(await audienceOf(batch.path))),
    }),
    similarTo: manyByKey<string, SimilarTitle>({
      request,
      keyOf: same,
      batch: async (batch, titles) => {
        const apart = audienceKey(await audienceOf(batch.path));
        return recommendations.similarTo({ ...batch, apart }, titles, SIMILAR_READ);
      },
    }),
  };
}

async function keptLists(
  kept: KeptRecommendations,
  request: StoreRequest,
  asked: readonly ByModel[],
  limit: number,
): Promise<Map<string, RecommendedTitle[]>> {
  const models = [...new Set(asked.map(({ model }) => model))];
  const answers = models.map(async (model) => {
    const profiles = asked.filter((each) => each.model === model).map(({ profile }) => profile);
    const lists = await kept.forProfiles(request, model, profiles, limit);
    return [...lists].map(([profile, list]) => [keyOfModel({ model, profile }), list] as const);
  });
  return new Map((await Promise.all(answers)).flat());
}
