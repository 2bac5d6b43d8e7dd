import { type TitleRef } from "../../datasources/catalog/catalog.js";
import { isKidsGenre, suitsKids } from "../../datasources/core/kids-genres.js";
import { varied } from "../diversity.js";
import { genreTastes } from "./genre-tastes.js";
import { type HomeViewer, type LikedWatch, type Material } from "./home-material.js";
import { type HomeRowPlan, type Placed, ranked, ROW_SIZE, rowOf, SMALLEST_ROW } from "./home-row.js";
import { type TitleValue } from "./home-value.js";

/** A row that editors made, with the place that they gave it, from 1. */
export interface Collected {
  row: HomeRowPlan;
  place: number;
}

/** The rows that a page is made from, with what the audience may meet of each. */
export interface Candidates {
  continueWatching: HomeRowPlan;
  watchlist: HomeRowPlan;
  chart: HomeRowPlan;
  collections: Collected[];
  suggested: HomeRowPlan[];
  /** What there is where no other suggestion is large enough. */
  rest: HomeRowPlan;
}

/** Rows built on a watch. */
const BECAUSE_ROWS = 3;
/** Rows of genres: those that a profile takes to most. All there are would be the same for everybody. */
const GENRE_ROWS = 4;
/** Watches that a genre counts which a profile has said it likes. */
const FAVOURITE_WATCHES = 5;

/**
 * All rows that a page may have.
 *
 * @param known the titles of the material that the audience may meet.
 */
export function candidateRows(
  material: Material,
  viewer: HomeViewer,
  known: ReadonlyMap<string, TitleRef>,
  valueOf: TitleValue,
): Candidates {
  const offered = offeredTo(viewer, material, known);
  const suggestion = (row: HomeRowPlan) => cut({ ...row, entries: row.entries.filter(isIn(offered)) });
  const watched = material.popular.filter(({ position }) => Number(position.value) > 0);
  const popular = suggestion(rowOf("POPULAR", watched.map(placed)));
  const newest = suggestion(rowOf("NEW", material.newest.map(placed)));
  const suited = (row: HomeRowPlan) => variedRow(suggestion(row), known, viewer.diversity);
  const because = becauseRows(material.liked, known).map(suited).filter(isLarge);
  const suggested = [
    popular,
    suited(rowOf("RECOMMENDED", ranked(material.recommended))),
    suggestion(rowOf("TRENDING", material.trending)),
    newest,
    ...because.slice(0, BECAUSE_ROWS),
    ...genreRows(material, viewer, known, [...offered.values()], valueOf),
  ];
  const chart = rowOf("TOP_10", material.top10.filter(isIn(known)));
  return {
    ...shelvesOf(material, known),
    collections: collectedRows(material, known),
    chart: isLarge(chart) ? chart : rowOf("TOP_10", []),
    suggested: suggested.filter(isLarge),
    rest: popular.entries.length > 0 ? popular : newest,
  };
}

/**
 * What may be suggested: titles that were neither begun nor rated nor said to be not for the profile; to a child, those that
 * are for children. A catalogue that says of too few what they are has a page for children as well: what they may see.
 */
function offeredTo(
  { kids }: HomeViewer,
  { unsuggested }: Material,
  known: ReadonlyMap<string, TitleRef>,
): ReadonlyMap<string, TitleRef> {
  const fresh = [...known].filter(([id]) => !unsuggested.has(id));
  const suitable = kids ? fresh.filter(([, { genres }]) => suitsKids(genres)) : fresh;
  return new Map(suitable.length < SMALLEST_ROW ? fresh : suitable);
}

/** What editors put together, less what was begun or rated, and what is not for the profile. */
function collectedRows(
  { collections, unsuggested }: Material,
  known: ReadonlyMap<string, TitleRef>,
): Collected[] {
  return collections.map(({ id, name, titles, position }) => {
    const offered = titles.filter((title) => known.has(title) && !unsuggested.has(title));
    const places = offered.map((titleId, place) => ({ titleId, score: -place }));
    return { row: { ...rowOf("COLLECTION", ranked(places)), id: `COLLECTION ${id}`, name }, place: position };
  });
}

/** What is on both shelves is to be found where it goes on. */
function shelvesOf({ continueWatching, watchlist }: Material, known: ReadonlyMap<string, TitleRef>) {
  const begun = continueWatching.filter(isIn(known));
  const isBegun = isIn(new Set(begun.map(({ titleId }) => titleId)));
  const aside = watchlist.filter(isIn(known)).filter((entry) => !isBegun(entry));
  return {
    continueWatching: cut(rowOf("CONTINUE_WATCHING", begun)),
    watchlist: cut(rowOf("WATCHLIST", aside)),
  };
}

const isIn =
  (ids: Pick<ReadonlySet<string>, "has">) =>
  ({ titleId }: Pick<Placed, "titleId">) =>
    ids.has(titleId);

const isLarge = ({ entries }: HomeRowPlan) => entries.length >= SMALLEST_ROW;

function cut(row: HomeRowPlan): HomeRowPlan {
  return { ...row, entries: row.entries.slice(0, ROW_SIZE) };
}

function placed({ id, position }: { id: string; position: Placed["position"] }): Placed {
  return { titleId: id, position };
}

/** What is like the latest watches; what the audience may not meet is built on no more than it is shown. */
function becauseRows(liked: readonly LikedWatch[], known: ReadonlyMap<string, TitleRef>): HomeRowPlan[] {
  return liked.flatMap(({ watch: { titleId: because }, similar }) => {
    const row = rowOf(
      "BECAUSE_YOU_WATCHED",
      ranked(similar).map((entry) => ({ ...entry, because })),
    );
    return known.has(because) ? [{ ...row, id: `BECAUSE_YOU_WATCHED ${because}`, because }] : [];
  });
}

/** A row in an order that is less of the same; its places keep their values, which cursors go by. */
function variedRow(row: HomeRowPlan, known: ReadonlyMap<string, TitleRef>, strength: number): HomeRowPlan {
  const titles = row.entries.map((entry) => ({
    ...entry,
    score: Number(entry.position.value),
    genres: (known.get(entry.titleId)?.genres ?? []).map(({ id }) => id),
  }));
  const entries = varied(titles, strength).map(({ titleId, because }, at) => {
    const { value } = row.entries[at]!.position;
    return { titleId, because, position: { value, id: titleId } };
  });
  return { ...row, entries };
}

/** What was said to be liked, as so many watches of nothing else. */
function likedAs(genre: string): TitleRef[] {
  return Array.from({ length: FAVOURITE_WATCHES }, () => ({ id: "", genres: [{ id: genre, name: "" }] }));
}

/** Rows of the genres that the profile takes to most, each with the titles of most value to it. */
function genreRows(
  { recent, popular }: Material,
  { kids, favourites }: HomeViewer,
  known: ReadonlyMap<string, TitleRef>,
  offered: readonly TitleRef[],
  valueOf: TitleValue,
): HomeRowPlan[] {
  const watched = recent.flatMap(({ titleId }) => known.get(titleId) ?? []);
  const valued = offered
    .map(({ id, genres }) => ({ titleId: id, genres, score: valueOf(id) }))
    .sort((a, b) => b.score - a.score || (a.titleId < b.titleId ? -1 : 1));
  const best = new Map<string, Placed[]>();
  for (const { genres, ...title } of ranked(valued)) for (const { id } of genres) addWithin(best, id, title);
  return genreTastes([...watched, ...favourites.flatMap(likedAs)], popular)
    .filter(({ genre }) => !kids || isKidsGenre(genre))
    .filter(({ genre }) => (best.get(genre.id)?.length ?? 0) >= SMALLEST_ROW)
    .slice(0, GENRE_ROWS)
    .map(({ genre }) => ({ ...rowOf("GENRE", best.get(genre.id)!), id: `GENRE ${genre.id}`, genre }));
}

/** What comes first fills a row. */
function addWithin(rows: Map<string, Placed[]>, id: string, title: Placed): void {
  const row = rows.get(id);
  if (!row) rows.set(id, [title]);
  else if (row.length < ROW_SIZE) row.push(title);
}
