import { KIDS_LIMIT } from "../datasources/accounts/profiles.js";
import { type FieldPath } from "../datasources/core/store-request.js";
import { type RecommendationContext } from "../datasources/core/vocabulary.js";
import { type RecommendedTitle, type SimilarTitle } from "../datasources/recommendations/recommendations.js";
import { varied } from "./diversity.js";
import { learnedFor } from "./experiment-arms.js";
import {
  candidatesFor,
  metGenres,
  notFor,
  placed,
  popularTitles,
  touchedBy,
  type Candidate,
  type Candidates,
  type MetCandidate,
} from "./recommendations.js";
import { type Context } from "./request/context.js";
import { orNone } from "./request/without-store.js";

/** What suggestions are asked for. */
export interface Suggesting {
  context: RecommendationContext;
  /** Local id of the title that they are about; null: the profile's latest watch, in a context that has such a title. */
  about: string | null;
  /** How strongly they are varied, from 0 to 1. */
  diversity: number;
  /** Number of the kept model that answers; null: the one that is live. */
  model: number | null;
  /** Whether they are for a child, to whom nothing is advertised. */
  isForChild: boolean;
}

/** How much the profile's own taste counts among titles that are like one, beside how like it they are. */
const TASTE = 0.25;
/** How strongly a list is varied at least where a search has found nothing, since nobody knows what was meant. */
const WIDE = 0.5;
/** Most titles that gain most that are read. */
const TRENDING = 20;

/** Titles for a profile in a context, best first. What each context means, its enum says. */
export function candidatesIn(
  ctx: Context,
  profile: string,
  path: FieldPath,
  asked: Suggesting,
): Promise<Candidates> {
  switch (asked.context) {
    case "HOME":
      return candidatesFor(ctx, profile, path, asked.diversity, {
        learned: () => learnedFor(ctx, profile, asked.model, path),
        campaigns: () => campaignsFor(ctx, path, asked),
      });
    case "SEARCH_EMPTY":
      return popularHere(ctx, profile, path, { ...asked, diversity: Math.max(asked.diversity, WIDE) });
    case "BECAUSE":
    case "AFTER_WATCHING":
      return aboutTitle(ctx, profile, path, asked);
  }
}

/** What a list about a title is made from. */
interface Material {
  /** The title; null where there is none, or it may not be met. */
  title: string | null;
  near: readonly SimilarTitle[];
  learned: readonly RecommendedTitle[];
}

/**
 * What is like a title, by itself or beside what suits the profile, and not watched yet. Everything that is asked of stores
 * is asked whether the title may be met or not.
 */
async function aboutTitle(
  ctx: Context,
  profile: string,
  path: FieldPath,
  asked: Suggesting,
): Promise<Candidates> {
  const { context, about, diversity, model } = asked;
  const personalised = await ctx.personalised(path);
  const title = about ?? (personalised ? await latestWatch(ctx, profile) : null);
  const [unwanted, touched, learned, near, popular, campaigns] = await Promise.all([
    notFor(ctx, profile),
    personalised ? touchedBy(ctx, profile) : [],
    personalised ? learnedFor(ctx, profile, model, path) : [],
    title === null ? [] : ctx.recommendations.similarTo.load(title, path),
    popularTitles(ctx, path),
    // What is like a title is that alone.
    context === "BECAUSE" ? [] : campaignsFor(ctx, path, asked),
  ]);
  const named = [...[...near, ...learned, ...popular].map(({ titleId }) => titleId), ...campaigns];
  const genres = await metGenres(ctx, title === null ? named : [title, ...named], path);
  const isOpen = only(genres, new Set([...unwanted, ...touched, ...(title === null ? [] : [title])]));
  const material = {
    title: title !== null && genres.has(title) ? title : null,
    near: near.filter(isOpen),
    learned: learned.filter(isOpen),
  };
  const suited = withGenres(context === "BECAUSE" ? nearest(material) : nearAndSuited(material), genres);
  const isFilled = context === "AFTER_WATCHING" || title === null;
  const listed = new Set(suited.map(({ titleId }) => titleId));
  const fillers = popular.filter((each) => isFilled && isOpen(each) && !listed.has(each.titleId));
  const sponsored = campaigns.filter((titleId) => isOpen({ titleId }));
  return { entries: [...placed(varied(suited, diversity)), ...fillers], personalised, sponsored };
}

/** By how like the title they are, and a little by how they suit the profile; no others. */
function nearest({ title, near, learned }: Material): Candidate[] {
  if (title === null) return [];
  const suits = parts(learned);
  return scored(
    [...parts(near)].map(([id, part]) => ({
      id,
      score: part + TASTE * (suits.get(id) ?? 0),
      because: title,
    })),
  );
}

/** What is like the title and what suits the profile, either the best being 1; the reason is what counts more. */
function nearAndSuited({ title, near, learned }: Material): Candidate[] {
  const likeness = title === null ? new Map<string, number>() : parts(near);
  const suits = parts(learned);
  const reasons = new Map(learned.map(({ titleId, because }) => [titleId, because]));
  return scored(
    [...new Set([...likeness.keys(), ...suits.keys()])].map((id) => {
      const [like, suit] = [likeness.get(id) ?? 0, suits.get(id) ?? 0];
      return { id, score: like + suit, because: like > suit ? title : (reasons.get(id) ?? title) };
    }),
  );
}

/** Scores as parts of the greatest. */
function parts(list: readonly { titleId: string; score: number }[]): Map<string, number> {
  const best = Math.max(0, ...list.map(({ score }) => score));
  return new Map(list.map(({ titleId, score }) => [titleId, score / best]));
}

function scored(list: readonly { id: string; score: number; because: string | null }[]): Candidate[] {
  const ordered = [...list].sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1));
  return ordered.map(({ id, score, because }) => ({
    titleId: id,
    position: { value: score, id },
    score,
    because,
    model: "SIMILAR",
  }));
}

/**
 * What is popular in the country and varied, whatever the profile's taste: its chart, what gains most there, and what is
 * watched much altogether, by the best place among these. Not what it has watched, nor what is not for it.
 */
async function popularHere(
  ctx: Context,
  profile: string,
  path: FieldPath,
  asked: Suggesting,
): Promise<Candidates> {
  const { country } = await ctx.audience(path);
  const personalised = await ctx.personalised(path);
  const [unwanted, touched, chart, trending, popular, campaigns] = await Promise.all([
    notFor(ctx, profile),
    personalised ? touchedBy(ctx, profile) : [],
    orNone(ctx.request, ctx.top10.places(country, path)),
    orNone(ctx.request, ctx.top10.trending({ country, limit: TRENDING }, path)),
    popularTitles(ctx, path),
    campaignsFor(ctx, path, asked),
  ]);
  const places = new Map<string, number>();
  for (const list of [chart, trending, popular])
    list.forEach(({ titleId }, at) => places.set(titleId, Math.min(at, places.get(titleId) ?? at)));
  const genres = await metGenres(ctx, [...places.keys(), ...campaigns], path);
  const isOpen = only(genres, new Set([...unwanted, ...touched]));
  // Discounted as a gain is by the place that it stands in.
  const wide = [...places].map(([id, at]) => ({ id, score: 1 / Math.log2(at + 2), because: null }));
  const open = withGenres(scored(wide).filter(isOpen), genres);
  const entries = placed(varied(open, asked.diversity)).map((each) => ({
    ...each,
    model: "POPULAR" as const,
  }));
  const sponsored = campaigns.filter((titleId) => isOpen({ titleId }));
  return { entries, personalised: false, sponsored };
}

/** Titles of the campaigns that run where somebody is; none while nobody knows. */
async function campaignsFor(
  ctx: Context,
  path: FieldPath,
  { isForChild }: Suggesting,
): Promise<readonly string[]> {
  const { country, maturityLimit, now } = await ctx.audience(path);
  if (isForChild || maturityLimit <= KIDS_LIMIT) return [];
  return orNone(ctx.request, ctx.campaigns.running({ country, now }, path));
}

/** Whether a title may be met and is none of some. */
function only(met: ReadonlyMap<string, unknown>, without: ReadonlySet<string>) {
  return ({ titleId }: { titleId: string }) => met.has(titleId) && !without.has(titleId);
}

function withGenres(
  list: readonly Candidate[],
  genres: ReadonlyMap<string, readonly string[]>,
): MetCandidate[] {
  return list.map((each) => ({ ...each, genres: genres.get(each.titleId) ?? [] }));
}

/** The title that a profile watched last; null where it has watched none, or nobody knows. */
async function latestWatch(ctx: Context, profile: string): Promise<string | null> {
  const [latest] = await orNone(ctx.request, ctx.viewing.recentWatches(profile, 1));
  return latest?.titleId ?? null;
}
