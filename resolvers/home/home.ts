import { type HomeRowKind } from "../../datasources/core/vocabulary.js";
import { type Audience } from "../../datasources/catalog/audience.js";
import { type CatalogLoaders } from "../../datasources/catalog/catalog.loaders.js";
import {
  type PlacedTitleRef,
  type TitleOrder,
  type TitleQuery,
  type TitleRef,
} from "../../datasources/catalog/catalog.js";
import { type NamedRef } from "../../datasources/core/title.document.js";
import { type Position } from "../../datasources/core/page.js";
import { type RecommendationsLoaders } from "../../datasources/recommendations/recommendations.loaders.js";
import {
  type RecommendedTitle,
  type SimilarTitle,
} from "../../datasources/recommendations/recommendations.js";
import { StoreUnavailableError } from "../../datasources/core/store-error.js";
import { type FieldPath, type StoreRequest } from "../../datasources/core/store-request.js";
import { type Top10 } from "../../datasources/top10/top10.js";
import { type ViewingLoaders } from "../../datasources/viewing/viewing.loaders.js";
import { type RecentWatch } from "../../datasources/viewing/viewing.js";

/** A title of a row; `position` orders the row downwards, `because` names the watched title it is there for. */
export interface HomeEntry {
  titleId: string;
  position: Position;
  because: string | null;
}

/** A row of the home page with all its candidates that the audience may meet; pages are cut from them. */
export interface HomeRowPlan {
  /** Local id, stable from request to request: `TOP_10`, `GENRE 3f2a…`. */
  id: string;
  kind: HomeRowKind;
  genre: NamedRef | null;
  because: string | null;
  /** How ids are ordered where values are equal: a cursor whose title has left the row needs to know. */
  ties: "ASC" | "DESC";
  entries: HomeEntry[];
}

/** The domains that a home page is made from. */
export interface HomeSources {
  catalog: CatalogLoaders;
  viewing: ViewingLoaders;
  recommendations: RecommendationsLoaders;
  top10: Top10;
  request: StoreRequest;
}

/** Most titles in one row. */
const ROW_SIZE = 100;
/** Watches that genres and reasons are drawn from. */
const RECENT = 50;
const BECAUSE_ROWS = 3;
/** Rows cut from lists that are read downwards in (value, id); the others are ranked by value and then upwards by id. */
const READ_DOWNWARDS: ReadonlySet<HomeRowKind> = new Set([
  "CONTINUE_WATCHING",
  "WATCHLIST",
  "NEW",
  "POPULAR",
  "GENRE",
]);
/** A row of suggestions with fewer titles looks broken and is left out; what a person chose is always shown. */
const SMALLEST_ROW = 4;

/**
 * Plans the home page of a profile, or of a visitor (null). Only what is `personalised` is made from what the profile has
 * watched; its own shelves are there in any case.
 *
 * Three levels of store calls, however many rows and titles there are: what the rows are made from; the neighbours of
 * the latest watches; which of all candidates the audience may meet. Documents are fetched by whoever shows them.
 */
export async function planHome(
  sources: HomeSources,
  audience: Audience,
  profile: string | null,
  path: FieldPath,
  personalised = true,
): Promise<HomeRowPlan[]> {
  const material = await gather(sources, audience, profile, personalised ? profile : null, path);
  const becauses = await Promise.all(
    watchesToBuildOn(material.recent).map(async (watch) =>
      becauseRow(
        watch,
        await sources.recommendations.similarTo
          .load(watch.titleId, path)
          .catch((error: unknown) => withoutRow<SimilarTitle>(sources.request, error)),
      ),
    ),
  );
  const suggested = [
    rowOf("CONTINUE_WATCHING", material.continueWatching),
    recommendedRow(material.recommended),
    rowOf("TOP_10", material.top10),
    ...becauses,
    rowOf("TRENDING", material.trending),
    rowOf("WATCHLIST", material.watchlist),
    rowOf("NEW", material.newest),
    rowOf("POPULAR", placed(material.popular)),
  ];
  const known = await visibleOf(sources, suggested, material, path);
  const genres = genreRows(material, known);
  // What the audience may not meet is built on no more than it is shown.
  const built = becauses.filter((row) => known.has(row.because ?? "")).slice(0, BECAUSE_ROWS);
  return [...suggested.filter((row) => row.kind !== "POPULAR"), ...genres, ...suggested.slice(-1)]
    .filter((row) => row.because === null || built.includes(row))
    .map((row) => ({
      ...row,
      entries: row.entries.filter((entry) => known.has(entry.titleId)).slice(0, ROW_SIZE),
    }))
    .filter((row) => row.entries.length >= (isChosen(row.kind) ? 1 : SMALLEST_ROW));
}

type Placed = Pick<HomeEntry, "titleId" | "position">;

interface Material {
  recent: RecentWatch[];
  continueWatching: Placed[];
  watchlist: Placed[];
  recommended: RecommendedTitle[];
  top10: Placed[];
  trending: Placed[];
  newest: Placed[];
  popular: PlacedTitleRef[];
}

/**
 * Everything that depends on nothing else: one level of store calls.
 *
 * @param profile whose shelves.
 * @param known the profile whose taste may be used.
 */
async function gather(
  sources: HomeSources,
  audience: Audience,
  profile: string | null,
  known: string | null,
  path: FieldPath,
): Promise<Material> {
  const { catalog, viewing, recommendations, top10 } = sources;
  const request = { ...sources.request, path };
  const orNone = <T>(rows: Promise<T[]>) => rows.catch((error: unknown) => withoutRow<T>(request, error));
  const shelf = async (name: "CONTINUE_WATCHING" | "WATCHLIST", of: string) =>
    (await viewing.shelf[name].load({ profile: of, page }, path))?.rows ?? [];
  const page = { limit: ROW_SIZE, fromEnd: false };
  const list = (field: TitleOrder["field"], limit: number): TitleQuery => ({
    filter: {},
    order: { field, direction: "DESC" },
    page: { limit, fromEnd: false },
  });
  const [recent, continueWatching, watchlist, recommended, chart, trending, newest, popular] =
    await Promise.all([
      known === null ? [] : orNone(viewing.recentWatches(known, RECENT)),
      profile === null ? [] : orNone(shelf("CONTINUE_WATCHING", profile)),
      profile === null ? [] : orNone(shelf("WATCHLIST", profile)),
      known === null ? [] : orNone(recommendations.forProfile.load(known, path)),
      orNone(top10.places(request, audience, audience.country)),
      orNone(top10.trending(request, audience.country, ROW_SIZE)),
      catalog.titleRefs.load(list("ADDED_AT", ROW_SIZE), path),
      catalog.titleRefs.load(list("POPULARITY", 5 * ROW_SIZE), path),
    ]);
  return {
    recent,
    continueWatching,
    watchlist,
    recommended,
    top10: chart.map(({ titleId, rank }) => ({ titleId, position: { value: -rank, id: titleId } })),
    trending: trending.map(({ titleId, score }) => ({ titleId, position: { value: score, id: titleId } })),
    newest: placed(newest?.rows ?? []),
    popular: popular?.rows ?? [],
  };
}

/** A row whose store is down is left out of the page; the request's log notes the store. */
function withoutRow<T>(request: StoreRequest, error: unknown): T[] {
  if (!(error instanceof StoreUnavailableError)) throw error;
  request.calls.missed.add(error.store);
  return [];
}

/** The latest watches that went well: finished or rated 4 and up, never rated below 3. Some may not be met any more. */
function watchesToBuildOn(recent: RecentWatch[]): RecentWatch[] {
  return recent
    .filter((watch) => (watch.rating ?? 3) >= 3 && (watch.completed || (watch.rating ?? 0) >= 4))
    .slice(0, 2 * BECAUSE_ROWS);
}

/** All candidates and all recent watches that the audience may meet, in one call. */
async function visibleOf(
  sources: HomeSources,
  rows: HomeRowPlan[],
  material: Material,
  path: FieldPath,
): Promise<Map<string, TitleRef>> {
  const known = new Map<string, TitleRef>(material.popular.map((ref) => [ref.id, ref]));
  const ids = new Set(material.recent.map((watch) => watch.titleId));
  for (const row of rows) {
    if (row.because !== null) ids.add(row.because);
    for (const entry of row.entries) if (!known.has(entry.titleId)) ids.add(entry.titleId);
  }
  for (const ref of await sources.catalog.visibleById.loadAll([...ids], path))
    if (ref) known.set(ref.id, ref);
  return known;
}

/** The most watched titles of each genre, the genres of the latest watches first. */
function genreRows(material: Material, known: Map<string, TitleRef>): HomeRowPlan[] {
  const watched = material.recent.flatMap((watch) => known.get(watch.titleId) ?? []);
  const genres = countGenres([...watched, ...watched, ...material.popular.slice(0, 20)]);
  return genres.map((genre) => {
    const titles = material.popular.filter((ref) => ref.genres.some(({ id }) => id === genre.id));
    return { ...rowOf("GENRE", placed(titles)), id: `GENRE ${genre.id}`, genre };
  });
}

/** Genres of the titles, the most frequent first, ties by name. */
function countGenres(refs: TitleRef[]): NamedRef[] {
  const counts = new Map<string, { genre: NamedRef; count: number }>();
  for (const genre of refs.flatMap((ref) => ref.genres)) {
    const entry = counts.get(genre.id) ?? { genre, count: 0 };
    entry.count += 1;
    counts.set(genre.id, entry);
  }
  return [...counts.values()]
    .sort((a, b) => b.count - a.count || (a.genre.name < b.genre.name ? -1 : 1))
    .map(({ genre }) => genre);
}

function rowOf(kind: HomeRowKind, entries: (Placed & { because?: string | null })[]): HomeRowPlan {
  return {
    id: kind,
    kind,
    genre: null,
    because: null,
    ties: READ_DOWNWARDS.has(kind) ? "DESC" : "ASC",
    entries: entries.map(({ titleId, position, because = null }) => ({ titleId, position, because })),
  };
}

function placed(refs: PlacedTitleRef[]): Placed[] {
  return refs.map(({ id, position }) => ({ titleId: id, position }));
}

function recommendedRow(recommended: RecommendedTitle[]): HomeRowPlan {
  return rowOf(
    "RECOMMENDED",
    recommended.map(({ titleId, score, because }) => ({
      titleId,
      position: { value: score, id: titleId },
      because,
    })),
  );
}

function becauseRow(watch: RecentWatch, similar: { titleId: string; score: number }[]): HomeRowPlan {
  const entries = similar.map(({ titleId, score }) => ({
    titleId,
    position: { value: score, id: titleId },
    because: watch.titleId,
  }));
  return {
    ...rowOf("BECAUSE_YOU_WATCHED", entries),
    id: `BECAUSE_YOU_WATCHED ${watch.titleId}`,
    because: watch.titleId,
  };
}

function isChosen(kind: HomeRowKind): boolean {
  return kind === "CONTINUE_WATCHING" || kind === "WATCHLIST";
}
