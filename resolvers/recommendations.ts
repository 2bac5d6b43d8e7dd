import { StoreUnavailableError } from "../datasources/core/store-error.js";
import { type FieldPath } from "../datasources/core/store-request.js";
import { type Position } from "../datasources/core/page.js";
import { type RecommendationModel } from "../datasources/core/vocabulary.js";
import { MAX_RECOMMENDED } from "../datasources/recommendations/recommendations.loaders.js";
import { type RecommendedTitle } from "../datasources/recommendations/recommendations.js";
import { type Recommendation } from "../schema/profile.type.js";
import { type Answer } from "./answer.js";
import { type Context } from "./request/context.js";
import { popularReason, reasonOf, type ReasonValue } from "./reason.js";
import { type TitleValue } from "./title.value.js";
import { loadTitle, onlyVisible } from "./titles.js";

interface RecommendationValue extends Answer<Recommendation> {
  title: TitleValue;
  score: number;
  model: RecommendationModel;
  reason: ReasonValue;
  personalised: boolean;
}

/** Popular titles that a profile without enough taste is filled up with. */
const POPULAR = 200;

/** A title that may be suggested. */
interface Candidate {
  titleId: string;
  /** Orders the list downwards. */
  position: Position;
  score: number;
  because: string | null;
  model: RecommendationModel;
}

/**
 * Titles for a profile that the audience may meet, best first: from the taste graph, filled up with what is popular where
 * the graph knows too little, or may not be asked because the account has not agreed to it. Both are asked for at once,
 * so that a new profile costs no more store calls than an old one; and what is not for the profile, which it has said itself,
 * is suggested in neither case. `personalised` says whether the graph might be asked.
 */
export async function candidatesFor(
  ctx: Context,
  profile: string,
  path: FieldPath,
): Promise<{ entries: Candidate[]; personalised: boolean }> {
  const personalised = await ctx.personalised(path);
  const [unwanted, learned, popular] = await Promise.all([
    notFor(ctx, profile),
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
  const fillers = (popular?.rows ?? []).map(({ id }, rank) => watchedMuch(id, rank));
  const wanted = [...learned.map(similar), ...fillers].filter(({ titleId }) => !unwanted.has(titleId));
  const visible = await onlyVisible(ctx, wanted, path);
  return { entries: eachOnce(visible), personalised };
}

/** What is learned, as far as it is listed, and behind it what else is popular. */
function eachOnce(candidates: readonly Candidate[]): Candidate[] {
  const learned = candidates.filter(({ model }) => model === "SIMILAR").slice(0, MAX_RECOMMENDED);
  const known = new Set(learned.map(({ titleId }) => titleId));
  const fillers = candidates.filter(({ model, titleId }) => model === "POPULAR" && !known.has(titleId));
  return [...learned, ...fillers];
}

/** What is not for a profile. While the store that knows is down, what the graph knows of it has to do. */
async function notFor(ctx: Context, profile: string): Promise<ReadonlySet<string>> {
  try {
    return new Set(await ctx.viewing.notForMe(profile));
  } catch (error) {
    if (!(error instanceof StoreUnavailableError)) throw error;
    ctx.request.calls.missed.add(error.store);
    return new Set();
  }
}

function similar({ titleId, score, because }: RecommendedTitle): Candidate {
  return { titleId, position: { value: score, id: titleId }, score, because, model: "SIMILAR" };
}

/** Behind everything with a score, in the order in which titles are popular. */
function watchedMuch(titleId: string, rank: number): Candidate {
  return { titleId, position: { value: -1 - rank, id: titleId }, score: 0, because: null, model: "POPULAR" };
}

/** What a suggestion says beside its title. */
export async function suggestion(ctx: Context, { score, model, because }: Candidate, path: FieldPath) {
  const { country } = await ctx.audience(path);
  const reason = model === "POPULAR" ? popularReason(country) : await reasonOf(ctx, because, path);
  return { score, model, reason };
}

/** The first of the titles for a profile, each with the reason. */
export async function recommend(
  ctx: Context,
  profile: string,
  limit: number,
  path: FieldPath,
): Promise<RecommendationValue[]> {
  const { entries, personalised } = await candidatesFor(ctx, profile, path);
  const recommendations = await Promise.all(
    entries.slice(0, limit).map(async (candidate) => {
      const [title, said] = await Promise.all([
        loadTitle(ctx, candidate.titleId, path),
        suggestion(ctx, candidate, path),
      ]);
      return title && { title, ...said, personalised };
    }),
  );
  return recommendations.filter((entry) => entry !== null);
}
