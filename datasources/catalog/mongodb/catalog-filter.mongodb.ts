import { type Document } from "mongodb";

import { byAttribute } from "../../core/title-attributes.js";
import { type LicensedSpan, type Predicate } from "../../core/predicate.js";
import {
  allOf,
  countriesOf,
  toConditions,
  type MongoPlaces,
} from "../../engines/mongodb/predicate.mongodb.js";
import { type Scope } from "./catalog-record.mongodb.js";

/** Where a record has what predicates ask of a title. */
export const PLACES: MongoPlaces = {
  texts: {
    ...byAttribute((name) => `title.${name}`),
    kind: "kind",
    state: "state",
    genre: "genreIds",
    studio: "studioId",
    person: "personIds",
    tag: "tags",
  },
  numbers: {
    releaseYear: { field: "releaseYear", least: 1 },
    maturityAge: { field: "maturityAge" },
  },
  licences: "licences",
};

/** The same for counts, as far as they look at fields of their own: see `CountedFields`. */
const COUNTED: MongoPlaces = {
  ...PLACES,
  texts: { ...PLACES.texts, kind: "counted.kind", state: "counted.state" },
  numbers: {
    releaseYear: { field: "counted.releaseYear", least: 1 },
    maturityAge: { field: "counted.maturityAge" },
  },
};
/** What the indexes of counts know. */
const KNOWN_TO_COUNTS = new Set<string>(["kind", "state", "genre", "releaseYear", "maturityAge"]);

/** What belongs to one filling of a tenant's catalog. */
export function within({ tenant, generation }: Scope): Document {
  return { tenant: { $eq: tenant }, generation: { $eq: generation } };
}

/** The titles of a catalog that a predicate asks for, and that meet some more conditions. */
export function which(scope: Scope, predicate: Predicate, more: readonly Document[] = []): Document {
  return allOf([within(scope), ...toConditions(predicate, PLACES), ...more]);
}

/**
 * The titles that a predicate asks for, for counting: as filters of which a title meets one at most. Titles licensed
 * everywhere, which are most, are counted by an index alone; the documents of those that the country has licences of
 * its own for are looked into, and those of a filter that leaves few titles or that no index of counts knows.
 */
export function countParts(scope: Scope, predicate: Predicate): Document[] {
  const parts = predicate.is === "all" ? predicate.of : [predicate];
  const others = parts.filter((part) => part.is !== "licensed");
  const [licence, ...more] = parts.filter((part) => part.is === "licensed");
  if (!others.every(isCounted) || more.length > 0 || licence?.before) return [which(scope, predicate)];
  const counted = [within(scope), ...others.flatMap((part) => toConditions(part, COUNTED))];
  const cases = licence ? licenceCases(licence) : [[]];
  return cases.map((conditions) => allOf([...counted, ...conditions]));
}

function isCounted(part: Predicate): boolean {
  return "attribute" in part && KNOWN_TO_COUNTS.has(part.attribute);
}

/** Licensed everywhere, or else for the country. */
function licenceCases({ country, at }: LicensedSpan): Document[][] {
  const [from, until] = ["counted.worldFrom", "counted.worldUntil"] as const;
  return [
    [{ [from]: { $lte: at } }, { [until]: { $gt: at } }],
    [
      { regions: { $in: countriesOf(country) } },
      { $or: [{ [from]: { $gt: at } }, { [until]: { $lte: at } }] },
      ...toConditions({ is: "licensed", country, at }, COUNTED),
    ],
  ];
}
