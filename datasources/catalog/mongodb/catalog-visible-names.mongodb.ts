import { type Document } from "mongodb";

import { isStorable } from "../../core/field-rules.js";
import { visibleTo, type Audience } from "../audience.js";
import { type NamedType } from "../catalog.js";
import { which, within } from "./catalog-filter.mongodb.js";
import { type Branch } from "./catalog-lists.mongodb.js";
import {
  nameKey,
  NAMES,
  TITLES,
  type NameRecord,
  type Scope,
  type TitleRecord,
} from "./catalog-record.mongodb.js";

export type NameRow = Pick<NameRecord, "type" | "id" | "name">;

/** The field of a title that has the ids of its names. */
const IDS: Record<NamedType, keyof TitleRecord> = {
  Person: "personIds",
  Genre: "genreIds",
  Studio: "studioId",
};
const NAMED = { _id: 0, type: 1, id: 1, name: 1 };

/** A name, whatever it is called. */
export type NameKey = Pick<NameRow, "id"> & { type: NamedType };

/** All genres, by name. */
export function genresOf(scope: Scope): Document[] {
  const genres = { ...within(scope), type: { $eq: "Genre" } };
  return [{ $match: genres }, { $sort: { name: 1, id: 1 } }, { $project: NAMED }];
}

/** Names as they are called, whoever asks. */
export function namesOf(scope: Scope, keys: readonly NameKey[]): Branch {
  const ids = storable(keys).map(({ type, id }) => nameKey(scope, type, id));
  return { coll: NAMES, pipeline: [{ $match: { _id: { $in: ids } } }, { $project: NAMED }] };
}

/**
 * Whether some title that the audience may meet has a name: the first that is found says so. One for each name, since
 * DocumentDB enters an index of titles by a value that it is given, and by none that it looks up.
 */
export function usesOf(scope: Scope, audience: Audience, keys: readonly NameKey[]): Branch[] {
  return storable(keys).map(({ type, id }) => ({
    coll: TITLES,
    pipeline: [
      { $match: which(scope, visibleTo(audience), [{ [IDS[type]]: { $eq: id } }]) },
      { $limit: 1 },
      { $project: { _id: 0, type: { $literal: type }, id: { $literal: id } } },
    ],
  }));
}

function storable(keys: readonly NameKey[]): NameKey[] {
  return keys.filter(({ id }) => isStorable(id));
}
