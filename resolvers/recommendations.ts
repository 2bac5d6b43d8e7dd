import { type FieldPath } from "../datasources/core/store-request.js";
import { type Position } from "../datasources/core/page.js";
import { type RecommendationModel } from "../datasources/core/vocabulary.js";
import { MAX_RECOMMENDED } from "../datasources/recommendations/recommendations.loaders.js";
import { type RecommendedTitle } from "../datasources/recommendations/recommendations.js";
import { type Recommendation } from "../schema/profile.type.js";
import { type Answer } from "./answer.js";
import { type Context } from "./request/context.js";
import { orNone } from "./request/without-store.js";
import { popularReason, reasonOf, SPONSORED_REASON, type ReasonValue } from "./reason.js";
import { type TitleValue } from "./title.value.js";
import { varied } from "./diversity.js";
import { loadTitle } from "./titles.js";

interface RecommendationValue extends Answer<Recommendation> {
  title: TitleValue;
  score: number;
  model: RecommendationModel;
  reason: ReasonValue;
  sponsored: boolean;
  personalised: boolean;
}

/** What candidates are found with: a request, or what measures what requests would be answered. */
export type Serving = Pick<Context, "request" | "catalog" | "viewing" | "recommendations" | "personalised">;

/** Popular titles that a profile without enough taste is filled up with. */
const POPULAR = 200;
const NONE: ReadonlySet<string> = new Set();

/** Titles for a profile, best first, and whether what it has watched was asked for. */
export interface Candidates {
  entries: Candidate[];
  personalised: boolean;
  /** Those of campaigns that may be suggested to it, the strongest first: where they stand is not said yet. */
  sponsored: readonly string[];
}

/** A title that may be suggested. */
export interface Candidate {
  titleId: string;
  /** Orders the list downwards, whatever its score. */
  position: Position;
  score: number;
  because: string | null;
  model: RecommendationModel;
  /** Whether a campaign has brought it to its place; unless given, none has. */
  sponsored?: boolean;
  /** Which of two interleaved lists has put it to its place; unless given, none has. */
  team?: 1 | 2;
}

/** What takes part in a list beside what is popular. */
export interface Beside {
  /** Answers what is learned for the profile: by the live model, unless given. */
  learned?: () => Promise<readonly RecommendedTitle[]>;
  /** Answers the titles of campaigns, the strongest first; there are none unless given. */
  campaigns?: () => Promise<readonly string[]>;
}

/**
 * Titles for a profile that the audience may meet, best first: from the taste graph, filled up with what is popular where
 * the graph knows too little, or may not be asked because the account has not agreed to it. Both are asked for at once,
 * so that a new profile costs no more store calls than an old one; and what is not for the profile, which it has said itself,
 * is suggested in neither case. What it has begun or rated fills nothing up, where that may be known. `personalised` says
 * whether the graph might be asked.
 *
 * @param diversity how strongly what is learned is varied (`varied`), from 0 to 1.
 */
export async function candidatesFor(
  ctx: Serving,
  profile: string,
  path: FieldPath,
  diversity: number,
  { learned: learnedBy = () => ctx.recommendations.forProfile.load(profile, path), campaigns }: Beside = {},
): Promise<Candidates> {
  const personalised = await ctx.personalised(path);
  const [unwanted, touched, learned, popular, promoted] = await Promise.all([
    notFor(ctx, profile),
    personalised ? touchedBy(ctx, profile) : NONE,
    personalised ? learnedBy() : [],
    popularTitles(ctx, path),
    campaigns?.() ?? [],
  ]);
  const fillers = popular.filter(({ titleId }) => !touched.has(titleId));
  const wanted = [...learned.map(similar), ...fillers].filter(({ titleId }) => !unwanted.has(titleId));
  const genres = await metGenres(ctx, [...wanted.map(({ titleId }) => titleId), ...promoted], path);
  const sponsored = promoted.filter((id) => genres.has(id) && !unwanted.has(id) && !touched.has(id));
  return { entries: eachOnce(met(wanted, genres), diversity), personalised, sponsored };
}

/** What is popular with everybody who may meet the same, most popular first. */
export async function popularTitles(ctx: Pick<Serving, "catalog">, path: FieldPath): Promise<Candidate[]> {
  const page = { limit: POPULAR, fromEnd: false };
  const query = { filter: {}, order: { field: "POPULARITY", direction: "DESC" }, page } as const;
  const popular = await ctx.catalog.titleRefs.load(query, path);
  return (popular?.rows ?? []).map(({ id }, rank) => watchedMuch(id, rank));
}

/** A candidate that the audience may meet, with what it is like. */
export type MetCandidate = Candidate & { genres: readonly string[] };

function met(
  candidates: readonly Candidate[],
  genres: ReadonlyMap<string, readonly string[]>,
): MetCandidate[] {
  return candidates.flatMap((each) => {
    const own = genres.get(each.titleId);
    return own ? [{ ...each, genres: own }] : [];
  });
}

/** The genres of those of the titles that the audience may meet, by title. */
export async function metGenres(
  ctx: Pick<Serving, "catalog">,
  ids: readonly string[],
  path: FieldPath,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const refs = await ctx.catalog.visibleById.loadAll(ids, path);
  return new Map(
    ids.flatMap((id, at) => {
      const ref = refs[at];
      return ref ? [[id, ref.genres.map((genre) => genre.id)] as const] : [];
    }),
  );
}

/** What is learned, as far as it is listed and varied so strongly, and behind it what else is popular. */
function eachOnce(candidates: readonly MetCandidate[], diversity: number): Candidate[] {
  const learned = candidates.filter(({ model }) => model === "SIMILAR").slice(0, MAX_RECOMMENDED);
  const known = new Set(learned.map(({ titleId }) => titleId));
  const fillers = candidates.filter(({ model, titleId }) => model === "POPULAR" && !known.has(titleId));
  return [...placed(varied(learned, diversity)), ...fillers];
}

/** Each at the position of the score that would stand in its place, were they in that order. */
export function placed(candidates: readonly Candidate[]): Candidate[] {
  const scores = candidates.map(({ score }) => score).sort((a, b) => b - a);
  return candidates.map((each, at) => ({ ...each, position: { value: scores[at]!, id: each.titleId } }));
}

/** What is not for a profile. While the store that knows is down, what the graph knows of it has to do. */
export async function notFor(ctx: Serving, profile: string): Promise<ReadonlySet<string>> {
  return new Set(await orNone(ctx.request, ctx.viewing.notForMe(profile)));
}

/** What a profile has begun or rated, which only those who may know it ask for. None while the store that knows is down. */
export async function touchedBy(ctx: Serving, profile: string): Promise<ReadonlySet<string>> {
  return new Set(await orNone(ctx.request, ctx.viewing.touchedTitles(profile)));
}

function similar({ titleId, score, because }: RecommendedTitle): Candidate {
  return { titleId, position: { value: score, id: titleId }, score, because, model: "SIMILAR" };
}

/** Behind everything with a score, in the order in which titles are popular. */
function watchedMuch(titleId: string, rank: number): Candidate {
  return { titleId, position: { value: -1 - rank, id: titleId }, score: 0, because: null, model: "POPULAR" };
}

/** What a suggestion says beside its title. */
export async function suggestion(ctx: Context, candidate: Candidate, path: FieldPath) {
  const { score, model, sponsored = false } = candidate;
  return { score, model, sponsored, reason: await whyOf(ctx, candidate, path) };
}

async function whyOf(ctx: Context, { model, because, sponsored }: Candidate, path: FieldPath) {
  const { country } = await ctx.audience(path);
  if (sponsored) return SPONSORED_REASON;
  return model === "POPULAR" ? popularReason(country) : reasonOf(ctx, because, path);
}

/** The first of the titles for a profile, each with the reason. */
export async function recommend(
  ctx: Context,
  { entries, personalised }: Pick<Candidates, "entries" | "personalised">,
  limit: number,
  path: FieldPath,
): Promise<RecommendationValue[]> {
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
