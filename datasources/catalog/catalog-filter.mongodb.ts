import { type Document } from "mongodb";

import { type Audience } from "./audience.js";
import { isStorable, type Scope } from "./catalog-record.mongodb.js";
import { type TitleFilter } from "./catalog.js";

/*
 * Conditions on titles. Texts of clients stand only behind $eq, $in and $all, where they are values whatever they hold.
 */

const NOTHING: Document = { _id: { $in: [] } };

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
  const mature = { maturityAge: { $lte: audience.maturityLimit } };
  if (audience.editor) return [mature, { state: { $ne: "MERGED" } }];
  return [mature, { state: { $eq: "PUBLISHED" } }, licensedIn(audience.country, audience.now)];
}

function licensedIn(country: string, now: Date): Document {
  return {
    licences: {
      $elemMatch: {
        country: { $in: ["*", country].filter(isStorable) },
        from: { $lte: now },
        until: { $gt: now },
      },
    },
  };
}

/** A filter as conditions. */
export function matching(filter: TitleFilter, audience: Audience): Document[] {
  const { kinds, genres, releaseYear: year, maturityAtMost, studio, person, tags, availableIn } = filter;
  return [
    kinds && { kind: { $in: kinds } },
    genres && { genreIds: { $in: genres.filter(isStorable) } },
    year && { releaseYear: { $ne: 0 } },
    year?.from !== undefined && { releaseYear: { $gte: year.from } },
    year?.to !== undefined && { releaseYear: { $lte: year.to } },
    maturityAtMost !== undefined && { maturityAge: { $lte: maturityAtMost } },
    studio !== undefined && equal("studioId", studio),
    person !== undefined && equal("personIds", person),
    tags && tags.length > 0 && (tags.every(isStorable) ? { tags: { $all: tags } } : NOTHING),
    availableIn !== undefined && licensedIn(availableIn, audience.now),
  ].filter((condition): condition is Document => Boolean(condition));
}

function equal(field: string, text: string): Document {
  return isStorable(text) ? { [field]: { $eq: text } } : NOTHING;
}
