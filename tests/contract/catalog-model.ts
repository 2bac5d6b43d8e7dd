import { mayMeet, type Audience } from "../../datasources/catalog/audience.js";
import { TITLE_ORDER_FIELDS } from "../../datasources/core/title-fields.js";
import { type Catalog, type CatalogProjection, type TitleOrder } from "../../datasources/catalog/catalog.js";
import { type TitleFilter } from "../../datasources/catalog/title-filter.js";
import { sortName } from "../../packages/names/index.js";
import {
  CREDIT_ROLES,
  MATURITY_AGES,
  type MaturityRating,
  type TitleDocument,
} from "../../datasources/core/title.document.js";
import { type Page } from "../../datasources/core/page.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { named, titleBody } from "../support/titles.js";

/** One engine's catalog with what a contract needs around it. */
export interface CatalogUnderTest {
  catalog: Catalog;
  projection: CatalogProjection;
  /** A tenant that nothing else uses. */
  createTenant(): Promise<Tenant>;
  close(): Promise<void>;
}

/** A title of revision 1 with popularity 0, unless stated otherwise. */
export function document(fields: Partial<TitleDocument> & { id: string }): TitleDocument {
  return {
    ...titleBody(fields),
    revision: fields.revision ?? 1,
    latestVersion: 1,
    popularity: fields.popularity ?? 0,
  };
}

export const NOW = new Date("2026-03-01T12:00:00.000Z");

/** Somebody in the US who may see everything that is licensed there now. */
export const viewer: Audience = { country: "US", maturityLimit: 18, editor: false, now: NOW };

export const firstPage = (limit: number): Page => ({ limit, fromEnd: false });

export const GENRES = ["Crime", "Drama", "Comedy", "Science Fiction"].map(named);
export const PEOPLE = ["Ada", "Bo", "Cleo"].map(named);
export const STUDIOS = ["Universal", "Toho"].map(named);
export const TAGS = ["heist", "space", "café"];

/** Titles that differ in everything filters and orders look at, with ties in every order. Always the same ones. */
export function variedTitles(count: number): TitleDocument[] {
  const ratings = Object.keys(MATURITY_AGES) as MaturityRating[];
  return Array.from({ length: count }, (_, n) => {
    const pick = <T>(values: readonly T[], step: number): T => values[(n * step) % values.length]!;
    return document({
      id: `t${String((n * 37) % count).padStart(3, "0")}`,
      kind: n % 3 === 0 ? "SERIES" : "MOVIE",
      state: n % 11 === 5 ? "DRAFT" : n % 11 === 7 ? "ARCHIVED" : "PUBLISHED",
      name: pick(["The Zebra", "zebra", "Élan", "Apple", "an Apple", "Über", "9 lives", "日本"], 1),
      releaseYear: n % 7 === 0 ? null : 1990 + (n % 5),
      maturityRating: pick(ratings, 1),
      genres: GENRES.filter((_genre, at) => (n >> at) % 2 === 1),
      tags: TAGS.filter((_tag, at) => (n >> (at + 1)) % 2 === 1),
      studio: n % 3 === 2 ? null : pick(STUDIOS, 1),
      credits: PEOPLE.filter((_person, at) => (n >> at) % 2 === 0).flatMap((person, at) => [
        { role: pick(CREDIT_ROLES, at + 1), character: null, person },
        { role: "PRODUCER" as const, character: null, person },
      ]),
      licences: pick(LICENCES, 1),
      addedAt: `2020-01-0${1 + (n % 4)}T00:00:00.00${n % 2}Z`,
      popularity: (n % 6) / 7,
      ...(n % 13 === 9 && { mergedInto: "t000" }),
    });
  });
}

const LICENCES: TitleDocument["licences"][] = [
  [{ countries: ["*"], from: "2020-01-01T00:00:00Z", until: null }],
  [{ countries: ["US", "GB"], from: "2020-01-01T00:00:00Z", until: "2030-01-01T00:00:00Z" }],
  [{ countries: ["GB"], from: "2020-01-01T00:00:00Z", until: null }],
  [
    { countries: ["*"], from: "2020-01-01T00:00:00Z", until: "2026-01-01T00:00:00Z" },
    { countries: ["GB"], from: "2026-01-01T00:00:00Z", until: null },
  ],
  [{ countries: ["*"], from: "2027-01-01T00:00:00Z", until: null }],
  [],
  [{ countries: ["*"], from: "2020-01-01T00:00:00Z", until: null }],
];

/** Whether a title is in a list: the meaning of filters in plain code. */
export function isListed(title: TitleDocument, filter: TitleFilter, audience: Audience): boolean {
  const { kinds, genres, releaseYear: year, maturityAtMost, studio, person, tags, availableIn } = filter;
  const genreIds = title.genres.map(({ id }) => id);
  return [
    mayMeet(title, audience),
    !kinds || kinds.includes(title.kind),
    !genres || genres.some((genre) => genreIds.includes(genre)),
    !year || title.releaseYear !== null,
    year?.from === undefined || (title.releaseYear ?? 0) >= year.from,
    year?.to === undefined || (title.releaseYear ?? 0) <= year.to,
    maturityAtMost === undefined || MATURITY_AGES[title.maturityRating] <= maturityAtMost,
    studio === undefined || title.studio?.id === studio,
    person === undefined || title.credits.some((credit) => credit.person.id === person),
    !tags || tags.every((tag) => title.tags.includes(tag)),
    availableIn === undefined || isLicensed(title, availableIn, audience.now),
  ].every(Boolean);
}

function isLicensed({ licences }: TitleDocument, country: string, at: Date): boolean {
  return licences.some(
    ({ countries, from, until }) =>
      countries.some((each) => each === "*" || each === country) &&
      new Date(from) <= at &&
      (until === null || new Date(until) > at),
  );
}

const ORDER_VALUES: Record<TitleOrder["field"], (title: TitleDocument) => string | number> = {
  NAME: (title) => sortName(title.name),
  RELEASE_YEAR: (title) => title.releaseYear ?? 0,
  POPULARITY: (title) => title.popularity,
  ADDED_AT: (title) => Date.parse(title.addedAt),
};

/** Ids in a list's order: by value, then by id, both in the order's direction. */
export function inOrder(titles: readonly TitleDocument[], { field, direction }: TitleOrder): string[] {
  const valueOf = ORDER_VALUES[field];
  const sign = direction === "ASC" ? 1 : -1;
  const compare = (a: string | number, b: string | number) => (a < b ? -1 : a > b ? 1 : 0);
  return [...titles]
    .sort((a, b) => sign * (compare(valueOf(a), valueOf(b)) || compare(a.id, b.id)))
    .map(({ id }) => id);
}

export const ORDERS: TitleOrder[] = TITLE_ORDER_FIELDS.flatMap((field) => [
  { field, direction: "ASC" },
  { field, direction: "DESC" },
]);
