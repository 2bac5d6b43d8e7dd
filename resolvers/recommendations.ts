import { type FieldPath } from "../datasources/core/store-request.js";
import { type Recommendation } from "../schema/profile.type.js";
import { type Answer } from "./answer.js";
import { type Context } from "./request/context.js";
import { popularReason, reasonOf, type ReasonValue } from "./reason.js";
import { type TitleValue } from "./title.value.js";
import { loadTitle, onlyVisible } from "./titles.js";

interface RecommendationValue extends Answer<Recommendation> {
  title: TitleValue;
  score: number;
  model: string;
  reason: ReasonValue;
}

/** Popular titles that a profile without enough taste is filled up with. */
const POPULAR = 200;

/**
 * Titles for a profile: from the taste graph, filled up with what is popular where the graph knows too little, or may
 * not be asked because the account has not agreed to it. Both are asked for at once, so that a new profile costs no more store calls than an old one.
 */
export async function recommend(
  ctx: Context,
  profile: string,
  limit: number,
  path: FieldPath,
): Promise<RecommendationValue[]> {
  const audience = await ctx.audience(path);
  const personalised = await ctx.personalised(path);
  const [learned, popular] = await Promise.all([
    personalised ? ctx.recommendations.forProfile.load(profile, path) : [],
    ctx.catalog.titleRefs.load(
      {
        filter: {},
        order: { field: "POPULARITY", direction: "DESC" },
        page: { limit: POPULAR, fromEnd: false },
      },
      path,
    ),
  ]);
  const similar = learned.map((entry) => ({ ...entry, model: "SIMILAR" }));
  const known = new Set(learned.map(({ titleId }) => titleId));
  const filler = (popular?.rows ?? [])
    .filter(({ id }) => !known.has(id))
    .map(({ id }) => ({ titleId: id, score: 0, because: null, model: "POPULAR" }));
  const shown = (await onlyVisible(ctx, [...similar, ...filler], path)).slice(0, limit);
  const recommendations = await Promise.all(
    shown.map(async ({ titleId, score, because, model }) => {
      const [title, reason] = await Promise.all([
        loadTitle(ctx, titleId, path),
        model === "POPULAR" ? popularReason(audience.country) : reasonOf(ctx, because, path),
      ]);
      return title && { title, score, model, reason };
    }),
  );
  return recommendations.filter((entry) => entry !== null);
}
