// The batch calls that bench/engines.mjs measures: what each asks for, and how many rows an answer has.
import { generateQueries, loadFilms, random } from "./search-queries.mjs";

const PAGE = 20;
/** What the home page asks for before it knows which titles it shows. */
const HOME_NEWEST = 100;
const HOME_POPULAR = 500;
const PROFILES = 2_400;
const YEAR = { from: 1_990, to: 1_999 };
const FIELDS = ["NAME", "RELEASE_YEAR", "POPULARITY", "ADDED_AT"];
const WANTS = { total: true, facets: true, highlights: true, didYouMean: true };
export const AUDIENCE = { country: "US", maturityLimit: 18, editor: false, now: new Date() };

/**
 * Drawn from all titles of a tenant, the same for the same titles.
 *
 * @param titles async iterable of batches of title documents
 * @param sortName what names are ordered by
 */
export async function drawMaterial(titles, sortName, size = 5_000) {
  const next = random(11);
  const sample = [];
  let seen = 0;
  for await (const batch of titles) {
    for (const title of batch) {
      const place = seen++ < size ? sample.length : Math.floor(next() * seen);
      if (place < size) sample[place] = title;
    }
  }
  const people = sample.flatMap(({ credits }) => credits.map(({ person }) => person));
  const named = sample.flatMap(({ genres, studio, credits }) => [
    ...genres.map(({ id }) => ({ type: "Genre", id })),
    ...(studio ? [{ type: "Studio", id: studio.id }] : []),
    ...credits.map(({ person }) => ({ type: "Person", id: person.id })),
  ]);
  const queries = generateQueries(loadFilms(), 3_500);
  return { titles: sample, people, named, queries, sortName };
}

/**
 * The calls of a domain: `arguments` draws what is asked for, `ask` makes the call, `rows` counts an answer's rows.
 * `exact` says that two engines must answer the same number of rows.
 */
export const CALLS = [
  call("catalog", "titlesByIds", "100 ids", (draw) => [draw.ids(100)], mapRows),
  call("catalog", "visibleTitles", "500 ids", (draw) => [AUDIENCE, draw.ids(500)], mapRows),
  call("catalog", "titles", "1 list of 20", (draw) => [AUDIENCE, [draw.list()]], pageRows),
  call("catalog", "titles", "5 lists of 20", (draw) => [AUDIENCE, draw.many(5, draw.list)], pageRows),
  call("catalog", "titleRefs", "lists of 100 and of 500", (draw) => [AUDIENCE, draw.homeLists()], pageRows),
  call("catalog", "countTitles", "1 filter", (draw) => [AUDIENCE, [draw.filter()]], sum),
  call(
    "catalog",
    "genres",
    "all",
    () => [],
    (rows) => rows.length,
  ),
  call("catalog", "namesByIds", "100 names", (draw) => [draw.names(100)], mapRows),
  call("catalog", "creditsOfPeople", "20 people, 20 each", (draw) => [AUDIENCE, draw.people(20)], pageRows),
  call(
    "search",
    "search",
    "20 hits, facets, highlights, spelling",
    (draw) => [AUDIENCE, { text: draw.text(), filter: {}, limit: PAGE, wants: WANTS }],
    ({ hits }) => hits.length,
    { exact: false },
  ),
  call(
    "search",
    "suggest",
    "8 completions",
    (draw) => [AUDIENCE, draw.prefix(), 8],
    (rows) => rows.length,
    {
      exact: false,
    },
  ),
  call("recommendations", "forProfiles", "1 profile, 20 each", (draw) => [draw.profiles(1), PAGE], listRows),
  call(
    "recommendations",
    "forProfiles",
    "20 profiles, 20 each",
    (draw) => [draw.profiles(20), PAGE],
    listRows,
  ),
  call("recommendations", "similarTo", "20 titles, 20 each", (draw) => [draw.ids(20), PAGE], listRows),
];

function call(domain, method, asks, drawArguments, rows, { exact = true } = {}) {
  return {
    domain,
    method,
    asks,
    exact,
    arguments: drawArguments,
    ask: (stores, request, given) => stores[domain][method](request, ...given),
    rows,
  };
}

/** What calls are drawn from: every set has its own numbers, the same in every run. */
export function drawOf(material, set) {
  const next = random(1_000 + set);
  const pick = (list) => list[Math.floor(next() * list.length)];
  const distinct = (count, one) => {
    const found = new Map();
    for (let tries = 0; found.size < count && tries < 20 * count; tries += 1) {
      const each = one();
      found.set(JSON.stringify(each), each);
    }
    return [...found.values()];
  };
  const title = () => pick(material.titles);
  const draw = {
    many: (count, one) => Array.from({ length: count }, one),
    ids: (count) => distinct(count, () => title().id),
    names: (count) => distinct(count, () => pick(material.named)),
    people: (count) =>
      distinct(count, () => pick(material.people).id).map((person) => ({ person, page: firstPage(PAGE) })),
    profiles: (count) =>
      distinct(count, () => `profile-${String(1 + Math.floor(next() * PROFILES)).padStart(5, "0")}`),
    filter: () => filterOf(Math.floor(next() * 8), title, pick),
    list: () => {
      const order = { field: pick(FIELDS), direction: pick(["ASC", "DESC"]) };
      const page = firstPage(PAGE);
      if (next() < 0.5) page.after = positionOf(title(), order.field, next(), material.sortName);
      return { filter: draw.filter(), order, page };
    },
    homeLists: () => [
      { filter: {}, order: { field: "ADDED_AT", direction: "DESC" }, page: firstPage(HOME_NEWEST) },
      { filter: {}, order: { field: "POPULARITY", direction: "DESC" }, page: firstPage(HOME_POPULAR) },
    ],
    text: () => pick(material.queries).text,
    prefix: () => draw.text().slice(0, 2 + Math.floor(next() * 9)),
  };
  return draw;
}

function firstPage(limit) {
  return { limit, fromEnd: false };
}

/** One of the filters that lists are made with; none in two of eight. */
function filterOf(number, title, pick) {
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

function positionOf(title, field, part, sortName) {
  const values = {
    NAME: () => sortName(title.name),
    RELEASE_YEAR: () => title.releaseYear ?? 0,
    POPULARITY: () => part / 10,
    ADDED_AT: () => title.addedAt,
  };
  return { value: values[field](), id: title.id };
}

function mapRows(map) {
  return map.size;
}

function listRows(lists) {
  return sum([...lists.values()].map((list) => list.length));
}

function pageRows(pages) {
  return sum(pages.map(({ rows }) => rows.length));
}

function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}
