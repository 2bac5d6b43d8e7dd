// The batch calls that bench/engines.ts measures: what each asks for, and how many rows an answer has.
import { type TitleFilter } from "../datasources/catalog/title-filter.js";
import { type Audience } from "../datasources/catalog/audience.js";
import { type NamedType, type TitleOrder, type TitleQuery } from "../datasources/catalog/catalog.js";
import { type Page, type PageOf, type Position } from "../datasources/core/page.js";
import { type StoreRequest } from "../datasources/core/store-request.js";
import { TITLE_ORDER_FIELDS } from "../datasources/core/title-fields.js";
import { type NamedRef, type ProjectedTitle } from "../datasources/core/title.document.js";
import { type Stores } from "../datasources/stores/stores.js";
import { createRandom } from "../scripts/random.js";
import { generateQueries, loadFilms, type KnownItem } from "./search-queries.js";

const PAGE = 20;
/** What the home page asks for before it knows which titles it shows. */
const HOME_NEWEST = 100;
const HOME_POPULAR = 500;
const PROFILES = 2_400;
const YEAR = { from: 1_990, to: 1_999 };
const WANTS = { total: true, facets: true, highlights: true, didYouMean: true };
export const AUDIENCE: Audience = { country: "US", maturityLimit: 18, editor: false, now: new Date() };

interface Named {
  type: NamedType;
  id: string;
}

/** What calls ask for, drawn from a tenant. */
export interface Material {
  titles: ProjectedTitle[];
  people: NamedRef[];
  named: Named[];
  queries: KnownItem[];
  sortName: (name: string) => string;
}

export type MeasuredDomain = "catalog" | "search" | "recommendations";

/** A call that is measured. */
export interface Call {
  domain: MeasuredDomain;
  method: string;
  /** In words. */
  asks: string;
  /** Whether two engines must answer the same number of rows. */
  exact: boolean;
  /** Draws what is asked for. @returns the call, which answers how many rows it got. */
  draw: (draw: Draw) => (stores: Stores, request: StoreRequest) => Promise<number>;
}

/**
 * Drawn from all titles of a tenant, the same for the same titles.
 *
 * @param sortName what names are ordered by
 */
export async function drawMaterial(
  titles: AsyncIterable<ProjectedTitle[]>,
  sortName: (name: string) => string,
  size = 5_000,
): Promise<Material> {
  const { next } = createRandom(11);
  const sample: ProjectedTitle[] = [];
  let seen = 0;
  for await (const batch of titles) {
    for (const title of batch) {
      const place = seen++ < size ? sample.length : Math.floor(next() * seen);
      if (place < size) sample[place] = title;
    }
  }
  const people = sample.flatMap(({ credits }) => credits.map(({ person }) => person));
  const named = sample.flatMap(({ genres, studio, credits }): Named[] => [
    ...genres.map(({ id }): Named => ({ type: "Genre", id })),
    ...(studio ? [{ type: "Studio" as const, id: studio.id }] : []),
    ...credits.map(({ person }): Named => ({ type: "Person", id: person.id })),
  ]);
  const queries = generateQueries(loadFilms(), 3_500);
  return { titles: sample, people, named, queries, sortName };
}

/** The calls of each domain. */
export const CALLS: readonly Call[] = [
  call("catalog", "titlesByIds", "100 ids", (draw) => {
    const ids = draw.ids(100);
    return async ({ catalog }, request) => (await catalog.titlesByIds(request, ids)).size;
  }),
  call("catalog", "visibleTitles", "500 ids", (draw) => {
    const ids = draw.ids(500);
    return async ({ catalog }, request) => (await catalog.visibleTitles(request, AUDIENCE, ids)).size;
  }),
  call("catalog", "titles", "1 list of 20", (draw) => {
    const lists = [draw.list()];
    return async ({ catalog }, request) => pageRows(await catalog.titles(request, AUDIENCE, lists));
  }),
  call("catalog", "titles", "5 lists of 20", (draw) => {
    const lists = draw.many(5, draw.list);
    return async ({ catalog }, request) => pageRows(await catalog.titles(request, AUDIENCE, lists));
  }),
  call("catalog", "titleRefs", "lists of 100 and of 500", (draw) => {
    const lists = draw.homeLists();
    return async ({ catalog }, request) => pageRows(await catalog.titleRefs(request, AUDIENCE, lists));
  }),
  call("catalog", "countTitles", "1 filter", (draw) => {
    const filters = [draw.filter()];
    return async ({ catalog }, request) => sum(await catalog.countTitles(request, AUDIENCE, filters));
  }),
  call("catalog", "genres", "all", () => {
    return async ({ catalog }, request) => (await catalog.genres(request, AUDIENCE)).length;
  }),
  call("catalog", "namesByIds", "100 names", (draw) => {
    const names = draw.names(100);
    return async ({ catalog }, request) => (await catalog.namesByIds(request, AUDIENCE, names)).size;
  }),
  call("catalog", "creditsOfPeople", "20 people, 20 each", (draw) => {
    const people = draw.people(20);
    return async ({ catalog }, request) => pageRows(await catalog.creditsOfPeople(request, AUDIENCE, people));
  }),
  loose("search", "search", "20 hits, facets, highlights, spelling", (draw) => {
    const query = { text: draw.text(), filter: {}, limit: PAGE, wants: WANTS };
    return async ({ search }, request) => (await search.search(request, AUDIENCE, query)).hits.length;
  }),
  loose("search", "suggest", "8 completions", (draw) => {
    const prefix = draw.prefix();
    return async ({ search }, request) => (await search.suggest(request, AUDIENCE, prefix, 8)).length;
  }),
  call("recommendations", "forProfiles", "1 profile, 20 each", (draw) => {
    const profiles = draw.profiles(1);
    return async (stores, request) =>
      listRows(await stores.recommendations.forProfiles(request, profiles, PAGE));
  }),
  call("recommendations", "forProfiles", "20 profiles, 20 each", (draw) => {
    const profiles = draw.profiles(20);
    return async (stores, request) =>
      listRows(await stores.recommendations.forProfiles(request, profiles, PAGE));
  }),
  call("recommendations", "similarTo", "20 titles, 20 each", (draw) => {
    const ids = draw.ids(20);
    return async (stores, request) => listRows(await stores.recommendations.similarTo(request, ids, PAGE));
  }),
];

/** A call to which two engines answer the same number of rows. */
function call(domain: MeasuredDomain, method: string, asks: string, draw: Call["draw"]): Call {
  return { domain, method, asks, exact: true, draw };
}

/** A call whose answers engines rank, and so cut, each in its own way. */
function loose(domain: MeasuredDomain, method: string, asks: string, draw: Call["draw"]): Call {
  return { ...call(domain, method, asks, draw), exact: false };
}

/** Draws what a call asks for. */
export type Draw = ReturnType<typeof drawOf>;

/** What calls are drawn from: every set has its own numbers, the same in every run. */
export function drawOf(material: Material, set: number) {
  const { next, pick } = createRandom(1_000 + set);
  const distinct = <T>(count: number, one: () => T): T[] => {
    const found = new Map<string, T>();
    for (let tries = 0; found.size < count && tries < 20 * count; tries += 1) {
      const each = one();
      found.set(JSON.stringify(each), each);
    }
    return [...found.values()];
  };
  const title = () => pick(material.titles);
  const draw = {
    many: <T>(count: number, one: () => T) => Array.from({ length: count }, one),
    ids: (count: number) => distinct(count, () => title().id),
    names: (count: number) => distinct(count, () => pick(material.named)),
    people: (count: number) =>
      distinct(count, () => pick(material.people).id).map((person) => ({ person, page: firstPage(PAGE) })),
    profiles: (count: number) =>
      distinct(count, () => `profile-${String(1 + Math.floor(next() * PROFILES)).padStart(5, "0")}`),
    filter: () => filterOf(Math.floor(next() * 8), title, pick),
    list: (): TitleQuery => {
      const order: TitleOrder = { field: pick(TITLE_ORDER_FIELDS), direction: pick(["ASC", "DESC"]) };
      const page = firstPage(PAGE);
      if (next() < 0.5) page.after = positionOf(title(), order.field, next(), material.sortName);
      return { filter: draw.filter(), order, page };
    },
    homeLists: (): TitleQuery[] => [
      { filter: {}, order: { field: "ADDED_AT", direction: "DESC" }, page: firstPage(HOME_NEWEST) },
      { filter: {}, order: { field: "POPULARITY", direction: "DESC" }, page: firstPage(HOME_POPULAR) },
    ],
    text: () => pick(material.queries).text,
    prefix: () => draw.text().slice(0, 2 + Math.floor(next() * 9)),
  };
  return draw;
}

function firstPage(limit: number): Page {
  return { limit, fromEnd: false };
}

/** One of the filters that lists are made with; none in two of eight. */
function filterOf(
  number: number,
  title: () => ProjectedTitle,
  pick: <T>(list: readonly T[]) => T,
): TitleFilter {
  const some = title();
  switch (number) {
    case 0:
      return { genres: some.genres.slice(0, 1).map(({ id }) => id) };
    case 1:
      return { kinds: ["MOVIE"], releaseYear: YEAR };
    case 2:
      return some.studio ? { studio: some.studio.id } : {};
    case 3:
      return some.credits.length > 0 ? { person: pick(some.credits).person.id } : {};
    case 4:
      return { maturityAtMost: 12 };
    case 5:
      return some.tags.length > 0 ? { tags: some.tags.slice(0, 1) } : { availableIn: "FR" };
    default:
      return {};
  }
}

function positionOf(
  title: ProjectedTitle,
  field: TitleOrder["field"],
  part: number,
  sortName: (name: string) => string,
): Position {
  const values = {
    NAME: () => sortName(title.name),
    RELEASE_YEAR: () => title.releaseYear ?? 0,
    POPULARITY: () => part / 10,
    ADDED_AT: () => title.addedAt,
  };
  return { value: values[field](), id: title.id };
}

function listRows(lists: ReadonlyMap<string, readonly unknown[]>): number {
  return sum([...lists.values()].map((list) => list.length));
}

function pageRows(pages: readonly PageOf<unknown>[]): number {
  return sum(pages.map(({ rows }) => rows.length));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
