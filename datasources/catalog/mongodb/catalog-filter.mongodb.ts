import { type Document } from "mongodb";

import { type Audience } from "../audience.js";
import { EVERYWHERE, isStorable, type Scope } from "./catalog-record.mongodb.js";
import { type TitleFilter } from "../catalog.js";
import { TITLE_STATES } from "../../core/title.document.js";

/*
 * Conditions on titles. Texts of clients stand only behind $eq, $in and $all, where they are values whatever they hold.
 */

const NOTHING: Document = { _id: { $in: [] } };

/** Where a record has the fields that counts look at: see `CountedFields`. */
type Place = typeof TITLE | typeof COUNTED;
const TITLE = "";
const COUNTED = "counted.";

/** All of the conditions. */
export function allOf(conditions: readonly Document[]): Document {
  return { $and: conditions };
}

/** What belongs to one filling of a tenant's catalog. */
export function within({ tenant, generation }: Scope): Document {
  return { tenant: { $eq: tenant }, generation: { $eq: generation } };
}

/** The rules of viewing (`mayMeet`) as conditions, so that pages come out full. */
export function visibleTo(audience: Audience): Document[] {
  return [...meantFor(audience), ...(audience.editor ? [] : [licensedIn(audience.country, audience.now)])];
}

/**
 * A filter and the rules of viewing for counting, as conditions of which a title meets one at most. Titles licensed
 * everywhere, which are most, are counted by an index alone; the documents of those that the audience's country has
 * licences of its own for are looked into, and those of a filter that leaves few titles or that no index of counts knows.
 */
export function countParts(filter: TitleFilter, audience: Audience): Document[][] {
  const { editor, country, now } = audience;
  const { studio, person, tags = [], availableIn } = filter;
  if (studio !== undefined || person !== undefined || tags.length > 0 || availableIn !== undefined)
    return [[...visibleTo(audience), ...matching(filter, audience)]];
  const counted = [...meantFor(audience, COUNTED), ...matching(filter, audience, COUNTED)];
  if (editor) return [counted];
  const [from, until] = [`${COUNTED}worldFrom`, `${COUNTED}worldUntil`];
  return [
    [...counted, { [from]: { $lte: now } }, { [until]: { $gt: now } }],
    [
      ...counted,
      { regions: { $in: countriesOf(country) } },
      { $or: [{ [from]: { $gt: now } }, { [until]: { $lte: now } }] },
      licensedIn(country, now),
    ],
  ];
}

function meantFor(audience: Audience, at: Place = TITLE): Document[] {
  const mature = { [`${at}maturityAge`]: { $lte: audience.maturityLimit } };
  return [mature, { [`${at}state`]: audience.editor ? { $in: TITLE_STATES } : { $eq: "PUBLISHED" } }];
}

function licensedIn(country: string, now: Date): Document {
  const licence = { country: { $in: countriesOf(country) }, from: { $lte: now }, until: { $gt: now } };
  return { licences: { $elemMatch: licence } };
}

/** What licences for a country name. */
function countriesOf(country: string): string[] {
  return [EVERYWHERE, country].filter(isStorable);
}

/** A filter as conditions. */
export function matching(filter: TitleFilter, audience: Audience, at: Place = TITLE): Document[] {
  const { kinds, genres, releaseYear: year, maturityAtMost, studio, person, tags, availableIn } = filter;
  const releaseYear = `${at}releaseYear`;
  return [
    kinds && { [`${at}kind`]: { $in: kinds } },
    genres && { genreIds: { $in: genres.filter(isStorable) } },
    // Not 0, which stands for unknown: years below it there are none.
    year && { [releaseYear]: { $gt: 0 } },
    year?.from !== undefined && { [releaseYear]: { $gte: year.from } },
    year?.to !== undefined && { [releaseYear]: { $lte: year.to } },
    maturityAtMost !== undefined && { [`${at}maturityAge`]: { $lte: maturityAtMost } },
    studio !== undefined && equal("studioId", studio),
    person !== undefined && equal("personIds", person),
    tags && tags.length > 0 && (tags.every(isStorable) ? { tags: { $all: tags } } : NOTHING),
    availableIn !== undefined && licensedIn(availableIn, audience.now),
  ].filter((condition): condition is Document => Boolean(condition));
}

function equal(field: string, text: string): Document {
  return isStorable(text) ? { [field]: { $eq: text } } : NOTHING;
}
