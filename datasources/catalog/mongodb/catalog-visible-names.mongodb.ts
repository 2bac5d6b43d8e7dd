import { type Document } from "mongodb";

import { isStorable } from "../../core/field-rules.js";
import { visibleTo, type Audience } from "../audience.js";
import { type NamedType } from "../catalog.js";
import { which, within } from "./catalog-filter.mongodb.js";
import { nameKey, TITLES, type NameRecord, type Scope, type TitleRecord } from "./catalog-record.mongodb.js";

export type NameRow = Pick<NameRecord, "type" | "id" | "name">;

/** The field of a title that has the ids of its names. */
const IDS: Record<NamedType, keyof TitleRecord> = {
  Person: "personIds",
  Genre: "genreIds",
  Studio: "studioId",
};
const NAMED_TYPES = Object.keys(IDS) as NamedType[];
const NAMED = { _id: 0, id: 1, name: 1 };

/** A pipeline over names: the genres of titles that the audience may meet, by name. */
export function genresOf(scope: Scope, audience: Audience): Document[] {
  const genres = { $match: { ...within(scope), type: { $eq: "Genre" } } };
  return [
    genres,
    ...usedByVisible(scope, audience, "Genre"),
    { $sort: { name: 1, id: 1 } },
    { $project: NAMED },
  ];
}

/** A pipeline over names for each type there is among the keys: those of them whose titles the audience may meet. */
export function namesOf(
  scope: Scope,
  audience: Audience,
  keys: readonly { type: NamedType; id: string }[],
): Document[][] {
  return NAMED_TYPES.flatMap((type) => {
    const ids = keys.filter((key) => key.type === type && isStorable(key.id));
    const wanted = { $match: { _id: { $in: ids.map(({ id }) => nameKey(scope, type, id)) } } };
    return ids.length === 0
      ? []
      : [[wanted, ...usedByVisible(scope, audience, type), { $project: { ...NAMED, type: 1 } }]];
  });
}

/** Leaves the names of which some title that the audience may meet is found: the first says so. */
function usedByVisible(scope: Scope, audience: Audience, type: NamedType): Document[] {
  const pipeline = [{ $match: which(scope, visibleTo(audience)) }, { $limit: 1 }, { $project: { _id: 1 } }];
  return [
    { $lookup: { from: TITLES, localField: "id", foreignField: IDS[type], pipeline, as: "used" } },
    { $match: { used: { $ne: [] } } },
  ];
}
