import { type Audience } from "../../datasources/catalog/audience.js";
import { type CatalogLoaders } from "../../datasources/catalog/catalog.loaders.js";
import {
  type PlacedTitleRef,
  type TitleOrder,
  type TitleQuery,
  type TitleRef,
} from "../../datasources/catalog/catalog.js";
import { type ShownCollection } from "../../datasources/collections/collections.js";
import { type CollectionsLoaders } from "../../datasources/collections/collections.loaders.js";
import { type FieldPath, type StoreRequest } from "../../datasources/core/store-request.js";
import { type RecommendationsLoaders } from "../../datasources/recommendations/recommendations.loaders.js";
import {
  type RecommendedTitle,
  type SimilarTitle,
} from "../../datasources/recommendations/recommendations.js";
import { type Top10Loaders } from "../../datasources/top10/top10.loaders.js";
import { type ViewingLoaders } from "../../datasources/viewing/viewing.loaders.js";
import { type RecentWatch, type Shelf } from "../../datasources/viewing/viewing.js";
import { learnedFor } from "../experiment-arms.js";
import { orNone } from "../request/without-store.js";
import { type Placed, ranked, ROW_SIZE } from "./home-row.js";

/** The domains that a home page is made from. */
export interface HomeSources {
  catalog: CatalogLoaders;
  viewing: ViewingLoaders;
  recommendations: RecommendationsLoaders;
  top10: Top10Loaders;
  collections: CollectionsLoaders;
  request: StoreRequest;
}

/** For whom a home page is. */
export interface HomeViewer {
  audience: Audience;
  /** Null for a visitor. */
  profile: string | null;
  /** Whether what the profile has watched may be used; its own shelves, and what it said is not for it, are in any case. */
  personalised: boolean;
  /** Local ids of genres that the profile has said it likes; none where nothing may be made of it. */
  favourites: readonly string[];
  /** Whether a child looks at it. */
  kids: boolean;
  /** Number of the kept model that says what suits the profile; null: the one that is live. */
  model: number | null;
  /** How strongly what suits it is varied, from 0 to 1. */
  diversity: number;
}

/** A watch that a row is built on, with what is like it. */
export interface LikedWatch {
  watch: RecentWatch;
  similar: SimilarTitle[];
}

/** What a home page is made from: lists as their stores answer them, whatever the audience may meet of them. */
export interface Material {
  recent: RecentWatch[];
  /** What was begun or rated, and what is not for the profile: no row suggests it. */
  unsuggested: ReadonlySet<string>;
  continueWatching: Placed[];
  watchlist: Placed[];
  recommended: RecommendedTitle[];
  liked: LikedWatch[];
  top10: Placed[];
  trending: Placed[];
  newest: PlacedTitleRef[];
  popular: PlacedTitleRef[];
  collections: ShownCollection[];
}

/** Watches that genres and reasons are drawn from. */
const RECENT = 50;
/** Watches whose neighbours are asked for, some of which may not be met any more. */
const LIKED = 6;
/** Titles of a shelf that are read for a row, since some may not be met. */
const SHELF = 2 * ROW_SIZE;
/** Popular titles that rows of genres are drawn from. */
const POPULAR = 5 * ROW_SIZE;

/**
 * Everything that rows are made from: two levels of store calls, however many rows and titles there are. The second asks
 * for the neighbours of the latest watches.
 */
export async function gather(sources: HomeSources, viewer: HomeViewer, path: FieldPath): Promise<Material> {
  const [personal, shared] = await Promise.all([
    gatherPersonal(sources, viewer, path),
    gatherShared(sources, viewer, path),
  ]);
  const liked = await Promise.all(
    likedOf(personal.recent).map(async (watch) => ({
      watch,
      similar: await orNone(sources.request, sources.recommendations.similarTo.load(watch.titleId, path)),
    })),
  );
  return { ...personal, ...shared, liked };
}

/** What is a profile's own: its shelves, what is not for it, and what tells its taste where that may be used. */
async function gatherPersonal(
  { viewing, recommendations, request }: HomeSources,
  { profile, personalised, model }: HomeViewer,
  path: FieldPath,
) {
  const page = { limit: SHELF, fromEnd: false };
  const known = personalised ? profile : null;
  const shelf = async (name: Shelf & keyof ViewingLoaders["shelf"]): Promise<Placed[]> =>
    profile === null ? [] : ((await viewing.shelf[name].load({ profile, page }, path))?.rows ?? []);
  const [recent, touched, unwanted, continueWatching, watchlist, recommended] = await Promise.all([
    known === null ? [] : orNone(request, viewing.recentWatches(known, RECENT)),
    known === null ? [] : orNone(request, viewing.touchedTitles(known)),
    profile === null ? [] : orNone(request, viewing.notForMe(profile)),
    orNone(request, shelf("CONTINUE_WATCHING")),
    orNone(request, shelf("WATCHLIST")),
    known === null ? [] : orNone(request, learnedFor({ recommendations, request }, known, model, path)),
  ]);
  const notForIt = new Set<string>(unwanted);
  const wanted = recent.filter(({ titleId }) => !notForIt.has(titleId));
  const unsuggested = new Set([...touched, ...notForIt]);
  return { recent: wanted, unsuggested, continueWatching, watchlist, recommended };
}

/** What is the same for everybody in a country, or for every child there. */
async function gatherShared(sources: HomeSources, viewer: HomeViewer, path: FieldPath) {
  const { catalog, top10 } = sources;
  const { audience, kids } = viewer;
  const { country, now } = audience;
  const request = { ...sources.request, path };
  const list = async (field: TitleOrder["field"], limit: number) =>
    (await catalog.titleRefs.load(downwards(field, limit), path))?.rows ?? [];
  const [chart, trending, newest, popular, collections] = await Promise.all([
    orNone(request, top10.places(country, path)),
    orNone(request, top10.trending({ country, limit: ROW_SIZE }, path)),
    list("ADDED_AT", 2 * ROW_SIZE),
    list("POPULARITY", POPULAR),
    orNone(request, sources.collections.shown({ country, kids, now }, path)),
  ]);
  const places = chart.map(({ titleId, rank }) => ({ titleId, score: -rank }));
  return { top10: ranked(places), trending: ranked(trending), newest, popular, collections };
}

function downwards(field: TitleOrder["field"], limit: number): TitleQuery {
  return { filter: {}, order: { field, direction: "DESC" }, page: { limit, fromEnd: false } };
}

/** The latest watches that went well: finished or rated 4 and up, never rated below 3. Some may not be met any more. */
function likedOf(recent: readonly RecentWatch[]): RecentWatch[] {
  return recent
    .filter((watch) => (watch.rating ?? 3) >= 3 && (watch.completed || (watch.rating ?? 0) >= 4))
    .slice(0, LIKED);
}

/** Of everything in the material, the titles that the audience may meet, by id: one level of store calls. */
export async function visibleOf(
  { catalog }: Pick<HomeSources, "catalog">,
  material: Material,
  path: FieldPath,
): Promise<ReadonlyMap<string, TitleRef>> {
  const known = new Map<string, TitleRef>(
    [...material.popular, ...material.newest].map((ref) => [ref.id, ref] as const),
  );
  const { recent, continueWatching, watchlist, recommended, liked, top10, trending, collections } = material;
  const lists = [recent, continueWatching, watchlist, recommended, top10, trending];
  const named = [...lists, ...liked.map(({ similar }) => similar)].flat().map(({ titleId }) => titleId);
  const collected = collections.flatMap(({ titles }) => titles);
  const unknown = new Set([...named, ...collected].filter((id) => !known.has(id)));
  // Somebody who is shown everything is asked about one more, lest a call tells that there are titles which are hidden.
  const ids = [...unknown, ...material.newest.slice(0, 1).map(({ id }) => id)];
  for (const ref of await catalog.visibleById.loadAll(ids, path)) if (ref) known.set(ref.id, ref);
  return known;
}
